//! The file of API keys while a server runs: keys that are added or revoked there count within seconds.

use std::{
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tidegate_auth::{Keys, load};

/// How often the file is looked at: one `stat`, and whoever revokes a key does not wait.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A file of keys, as it was when it was read.
pub(super) struct KeyFile {
    path: PathBuf,
    stamp: Stamp,
    pub(super) text: String,
}

/// What changes when a file does, in its place or by another that takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    changed: Option<SystemTime>,
    bytes: u64,
    number: u64,
}

// === impl KeyFile ===

impl KeyFile {
    /// Reads a file, and warns if others may.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // First: what is written while it is read is noticed at the next look.
        let stamp = Stamp::of(path)?;
        let file = load(path)?;
        if file.exposed {
            let path = path.display();
            tracing::warn!(%path, "others may read or write the keys; `chmod 600` keeps them out");
        }
        Ok(Self {
            path: path.to_owned(),
            stamp,
            text: file.text,
        })
    }

    /// Reads it again if it has changed.
    fn again(&self) -> io::Result<Option<Self>> {
        if Stamp::of(&self.path)? == self.stamp {
            return Ok(None);
        }
        Self::open(&self.path).map(Some)
    }
}

// === impl Stamp ===

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        Ok(Self {
            changed: metadata.modified().ok(),
            bytes: metadata.len(),
            number: number(&metadata),
        })
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
const fn number(_: &Metadata) -> u64 {
    0
}

/// Takes the file's keys whenever it has changed. A file that cannot be read, or holds something else,
/// is told once, and the keys from before stay good: half a file would lock everybody out.
pub(super) async fn follow(mut file: KeyFile, keys: Arc<Keys>) {
    let mut told = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // A disk may be slow, or far away.
        let looked = tokio::task::spawn_blocking(move || {
            let again = file.again();
            (file, again)
        });
        let Ok((was, again)) = looked.await else {
            return;
        };
        file = was;
        let wrong = match again {
            Ok(None) => continue,
            Ok(Some(now)) => {
                let reloaded = keys.reload(&now.text);
                // Looked at again only when it has changed again.
                file = now;
                reloaded.map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        let path = file.path.display();
        match wrong {
            Ok(count) => {
                tracing::info!(%path, count, "took the keys from the file that has changed");
                told = None;
            }
            Err(why) if told.as_ref() != Some(&why) => {
                tracing::warn!(%path, why, "cannot take the changed keys; those from before stay good");
                told = Some(why);
            }
            Err(_) => {}
        }
    }
}
