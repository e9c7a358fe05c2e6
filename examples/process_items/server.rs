//! The tutorial's server: a tool that goes through a list of documents and tells of each.
//!
//! ```text
//! process_items_server FOLDER [ADDRESS]     as in: process_items_server docs 127.0.0.1:8080
//! ```
//!
//! Without an address it listens at a free port of this machine, and says at which.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{env, error::Error, io, path::Path, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::{Context, Failure, Server, Structured, ToolSpec};

/// Reads documents one after the other, and counts their words.
#[derive(Deserialize, JsonSchema)]
struct ProcessItems {
    /// File names, in the order in which they are to be read.
    items: Vec<String>,
}

#[derive(Default, Serialize, JsonSchema)]
struct Report {
    documents: Vec<Document>,
    /// What could not be read.
    skipped: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct Document {
    name: String,
    words: usize,
}

async fn process_items(
    folder: Arc<Path>,
    args: ProcessItems,
    cx: Context,
) -> Result<Structured<Report>, Failure> {
    let total = args.items.len();
    let mut report = Report::default();
    let mut farewell = Farewell { finished: false };
    for (number, name) in (1..).zip(args.items) {
        cx.info(format!("Processing document {number}/{total}: {name}"))
            .await;
        match read(&folder, &name).await {
            Ok(text) => {
                let words = text.split_whitespace().count();
                report.documents.push(Document { name, words });
            }
            Err(error) => {
                cx.warning(format!("Skipping {name}: {error}")).await;
                report.skipped.push(name);
            }
        }
        cx.progress(number, total as f64).await;
    }
    cx.info("Processing complete!").await;
    farewell.finished = true;
    let words: usize = report.documents.iter().map(|one| one.words).sum();
    let text = format!("Done: {} documents, {words} words", report.documents.len());
    Ok(Structured::new(report).text(text))
}

async fn read(folder: &Path, name: &str) -> io::Result<String> {
    // A caller names files of this folder, and no others.
    if Path::new(name).file_name() != Some(name.as_ref()) {
        let why = "only file names are served, without a path";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    tokio::fs::read_to_string(folder.join(name)).await
}

/// Dropping a tool's future is how it is cancelled; so this is said when nobody waits any more.
struct Farewell {
    finished: bool,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if !self.finished {
            println!("cancelled: the caller has gone");
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let folder = args.next().ok_or("say which folder holds the documents")?;
    let folder: Arc<Path> = Path::new(&folder).canonicalize()?.into();
    let address = args.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());

    let spec = ToolSpec::new("process_items").read_only().idempotent();
    let server = Server::new("documents", "1.0.0")
        .tool(spec, move |args: ProcessItems, cx: Context| {
            process_items(folder.clone(), args, cx)
        })
        .bind(&address)
        .await?;
    println!("listening on {}", server.url());
    server.run().await?;
    Ok(())
}
