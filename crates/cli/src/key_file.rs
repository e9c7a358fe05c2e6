//! A file of API keys, changed by several commands at once and read by servers at any moment: each
//! change is a whole new file in the old one's place.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tidegate_auth::{Record, load};

use crate::error::{Error, Kind};

/// What a new file begins with.
const HEAD: &str = "\
# API keys of tidegate: what is kept of them, not the keys themselves.
# Made by `tidegate key new`, ended by `tidegate key revoke`.
";

/// A file of keys.
#[derive(Debug)]
pub(crate) struct KeyFile {
    path: PathBuf,
}

// === impl KeyFile ===

impl KeyFile {
    pub(crate) fn at(path: &Path) -> Self {
        // A link stays a link: what it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Self { path }
    }

    /// Returns its records, and whether others may read or write it.
    pub(crate) fn read(&self) -> Result<(Vec<Record>, bool), Error> {
        let file = load(&self.path).map_err(|error| self.failed("read", &error))?;
        let records = Record::read_all(&file.text).map_err(|error| self.wrong(&error))?;
        Ok((records, file.exposed))
    }

    /// Adds a key; a file that is not there comes to be.
    pub(crate) fn add(&self, record: &Record) -> Result<(), Error> {
        let _turn = self.turn()?;
        let old = match load(&self.path) {
            Ok(file) => file.text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => HEAD.to_owned(),
            Err(error) => return Err(self.failed("read", &error)),
        };
        let end = if old.ends_with('\n') { "" } else { "\n" };
        let new = format!("{old}{end}\n{record}");
        Record::read_all(&new).map_err(|error| self.wrong(&error))?;
        self.replace(&new)
    }

    /// Removes a key, and returns whether it was there.
    pub(crate) fn remove(&self, id: &str) -> Result<bool, Error> {
        let _turn = self.turn()?;
        let file = load(&self.path).map_err(|error| self.failed("read", &error))?;
        let left = Record::remove(&file.text, id).map_err(|error| self.wrong(&error))?;
        match left {
            Some(left) => self.replace(&left).map(|()| true),
            None => Ok(false),
        }
    }

    /// Waits until no other command changes a file of this folder; it may not change until what is
    /// returned is dropped.
    fn turn(&self) -> Result<File, Error> {
        let folder = File::open(self.folder()).map_err(|error| self.failed("change", &error))?;
        folder.lock().map_err(|error| self.failed("lock", &error))?;
        Ok(folder)
    }

    /// Puts a file with this text in the old one's place.
    fn replace(&self, text: &str) -> Result<(), Error> {
        let write = || -> io::Result<()> {
            // Its mode is 0600 from the first moment.
            let mut file = tempfile::Builder::new()
                .prefix(".tidegate-keys-")
                .tempfile_in(self.folder())?;
            file.write_all(text.as_bytes())?;
            keep_owner(&self.path, file.as_file())?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error| self.failed("write", &error))
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    fn failed(&self, what: &str, error: &io::Error) -> Error {
        let path = self.path.display();
        Error::new(Kind::Local, format!("cannot {what} {path}: {error}"))
    }

    fn wrong(&self, error: &tidegate_auth::Error) -> Error {
        let path = self.path.display();
        Error::new(Kind::Local, format!("{path}: {error}"))
            .hint("nothing was changed; mend the file, or name another with --file")
    }
}

/// Lets whoever could read the old file read the new one, so that a server of another user still can.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let old = match fs::metadata(old) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let now = new.metadata()?;
    if (now.uid(), now.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}
