//! The cache folder: what was fetched once is not fetched again, and nothing breaks without it.
//!
//! `TIDEGATE_CACHE`, else `~/.cache/tidegate`, else `target/cache`. Each entry is a folder whose name
//! carries what it was made from, so that a change makes a new one; a stamp says it was finished.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::target_dir;

const STAMP: &str = ".finished";

/// Where fetched things are kept.
pub(crate) struct Cache {
    root: PathBuf,
}

// === impl Cache ===

impl Cache {
    /// Opens the cache folder, made if it was not there.
    pub(crate) fn open() -> Self {
        let wanted = std::env::var_os("TIDEGATE_CACHE")
            .map(PathBuf::from)
            .or_else(|| {
                let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
                Some(Path::new(&home).join(".cache/tidegate"))
            });
        match wanted.filter(|dir| fs::create_dir_all(dir).is_ok()) {
            Some(root) => Self { root },
            None => Self {
                root: target_dir().join("cache"),
            },
        }
    }

    /// Returns the entry `name` made from `source`, which `make` fills if it is not there yet.
    ///
    /// # Errors
    /// `make` failed; the half-made entry is made anew next time.
    pub(crate) fn entry(
        &self,
        name: &str,
        source: &[u8],
        make: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let mut hasher = DefaultHasher::new();
        source.hash(&mut hasher);
        let dir = self.root.join(format!("{name}-{:016x}", hasher.finish()));
        if dir.join(STAMP).exists() {
            return Ok(dir);
        }
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| format!("cannot clear {}", dir.display()))?;
        }
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        make(&dir)?;
        fs::write(dir.join(STAMP), "")?;
        Ok(dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_made_once_and_again_after_a_failure() {
        let root = std::env::temp_dir().join(format!("tidegate-cache-{}", std::process::id()));
        let cache = Cache { root: root.clone() };
        let mut made = 0;
        let failed = cache.entry("tool", b"1.0", |dir| {
            fs::write(dir.join("half"), "")?;
            anyhow::bail!("the network went away")
        });
        assert!(failed.is_err());
        for source in [b"1.0", b"1.0", b"2.0"] {
            let dir = cache.entry("tool", source, |_| {
                made += 1;
                Ok(())
            });
            assert!(
                !dir.expect("making nothing cannot fail")
                    .join("half")
                    .exists()
            );
        }
        assert_eq!(made, 2);
        fs::remove_dir_all(root).expect("the test made this folder");
    }
}
