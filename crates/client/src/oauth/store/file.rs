//! Logins in files that only their owner can read, one a file.

use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::{Locked, TokenStore};
use crate::oauth::{key, secret::Secret};

/// Keeps logins in files: a directory that only its owner can enter (0700), files that only their
/// owner can read (0600). Several processes may share it: what one refreshes the others find.
#[derive(Clone, Debug)]
pub struct FileStore {
    folder: PathBuf,
}

/// How many bytes a login may have: tokens have a few thousand each.
const MOST: u64 = 256 * 1024;

// === impl FileStore ===

impl FileStore {
    /// Returns the store in a directory, which is made when something is kept.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Returns the store that this user's programs share: `$XDG_STATE_HOME/tidegate/logins`, or what
    /// is in its place on this system.
    ///
    /// # Errors
    ///
    /// When this user has no home directory.
    pub fn standard() -> io::Result<Self> {
        let var = |name| env::var_os(name).map(PathBuf::from);
        let state = var("XDG_STATE_HOME").filter(|path| path.is_absolute());
        let base = if cfg!(windows) {
            var("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            state.or_else(|| Some(env::home_dir()?.join("Library/Application Support")))
        } else {
            state.or_else(|| Some(env::home_dir()?.join(".local/state")))
        };
        let base = base.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "there is no home directory to keep logins in; set XDG_STATE_HOME",
            )
        })?;
        Ok(Self::at(base.join("tidegate/logins")))
    }

    /// Returns the directory.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(legal) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a login is kept under letters, digits, - and _",
            ));
        }
        Ok(self.folder.join(format!("{name}.json")))
    }

    /// Makes sure that there is a directory and that it is its owner's alone.
    fn prepare(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)?;
        check_private(&self.folder, &fs::metadata(&self.folder)?, "700")
    }
}

impl TokenStore for FileStore {
    fn read(&self, name: &str) -> io::Result<Option<Secret>> {
        let path = self.path(name)?;
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        check_private(&path, &file.metadata()?, "600")?;
        let mut text = String::new();
        file.take(MOST).read_to_string(&mut text)?;
        Ok(Some(text.into()))
    }

    fn write(&self, name: &str, what: &Secret) -> io::Result<()> {
        let path = self.path(name)?;
        self.prepare()?;
        let mark = key::random().map_err(io::Error::other)?;
        let new = path.with_extension(format!("{mark}.new"));
        let written = write_new(&new, what.reveal()).and_then(|()| fs::rename(&new, &path));
        if written.is_err() {
            // A half of a secret is one too.
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn try_lock(&self, name: &str) -> io::Result<Option<Locked>> {
        let path = self.path(name)?.with_extension("lock");
        self.prepare()?;
        // The file stays: removing it would let two have the lock, one of each file.
        let file = private().create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Locked::until_dropped(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    // A refresh token that is lost in a power cut is lost for good: the old one is spent.
    file.sync_all()
}

/// Returns how files are opened that are their owner's alone.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses what others may look into: what is in it may have been read, or put there.
#[cfg(unix)]
fn check_private(path: &Path, metadata: &fs::Metadata, mode: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "others than its owner can look into {}; if that was no one, run: chmod {mode} '{}'",
            path.display(),
            path.display()
        ),
    ))
}

/// Elsewhere what a user's own directory holds is the user's alone.
#[cfg(not(unix))]
fn check_private(_: &Path, _: &fs::Metadata, _: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::at(folder.path().join("deep/logins"));
        (folder, store)
    }

    #[test]
    fn what_is_kept_is_its_owners_alone_and_whole() {
        let (_folder, store) = store();
        assert!(store.read("a").expect("none").is_none());
        store.write("a", &"one".into()).expect("kept");
        store.write("a", &"two".into()).expect("kept");
        assert_eq!(
            store.read("a").expect("there").expect("kept").reveal(),
            "two"
        );
        assert_eq!(mode(store.folder()), 0o700);
        assert_eq!(mode(&store.folder().join("a.json")), 0o600);
        let files = fs::read_dir(store.folder()).expect("a folder").count();
        assert_eq!(files, 1, "nothing half-written is left");
        store.remove("a").expect("removed");
        store.remove("a").expect("removed before");
        assert!(store.read("a").expect("none").is_none());
    }

    #[test]
    fn what_others_can_read_is_refused() {
        let (_folder, store) = store();
        store.write("a", &"one".into()).expect("kept");
        let file = store.folder().join("a.json");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("its mode");
        let error = store.read("a").expect_err("others can read it");
        assert!(error.to_string().contains("chmod 600"), "{error}");
        fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o755)).expect("its mode");
        let error = store
            .write("b", &"one".into())
            .expect_err("others can look");
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let (_folder, store) = store();
        for name in ["", "../a", "a/b", "a.json", "a\0"] {
            assert!(store.write(name, &"one".into()).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_locked_once() {
        let (_folder, store) = store();
        let lock = store.try_lock("a").expect("a file");
        assert!(lock.is_some());
        let other = FileStore::at(store.folder());
        assert!(other.try_lock("a").expect("a file").is_none());
        drop(lock);
        assert!(other.try_lock("a").expect("a file").is_some());
    }
}
