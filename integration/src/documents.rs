//! A folder of real documents for a server to process.

use std::path::Path;

use tempfile::TempDir;

/// A folder of documents that lives as long as the value.
#[derive(Debug)]
pub struct Documents {
    folder: TempDir,
    names: Vec<String>,
}

// === impl Documents ===

impl Documents {
    /// Writes twelve documents of five kinds, with names in the order in which servers list them.
    #[must_use]
    pub fn twelve() -> Self {
        let names: Vec<String> = (1..=12)
            .map(|n| format!("{n:02}-tide.{}", extension(n)))
            .collect();
        Self::write(names, content)
    }

    /// Writes as many short text files as asked for.
    #[must_use]
    pub fn many(count: usize) -> Self {
        let names = (1..=count).map(|n| format!("{n:05}.txt")).collect();
        Self::write(names, |n, _| format!("The tide of day {n}.\n"))
    }

    fn write(names: Vec<String>, content: impl Fn(usize, &str) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (index, name) in names.iter().enumerate() {
            let path = folder.path().join(name);
            std::fs::write(path, content(index + 1, name))
                .expect("a temporary folder can be written");
        }
        Self { folder, names }
    }

    /// Returns the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the names of the documents, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

fn extension(n: usize) -> &'static str {
    ["txt", "md", "html", "csv", "json"][n % 5]
}

fn content(n: usize, name: &str) -> String {
    match extension(n) {
        "md" => format!("# Tide {n}\n\nHigh water comes *twice* a day.\n"),
        "html" => format!("<!doctype html><title>Tide {n}</title><p>Low water, and mud.</p>\n"),
        "csv" => format!("hour,height\n{n},1.5\n{},2.5\n", n + 6),
        "json" => format!("{{\"tide\": {n}, \"name\": \"{name}\"}}\n"),
        _ => format!("Tide number {n}.\nThe moon pulls, the water follows: ≈ 12 h 25 min.\n"),
    }
}
