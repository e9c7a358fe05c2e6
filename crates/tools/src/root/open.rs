//! Opens files under the root; what leads out of it, by `..` or by symlink, is refused.

use std::{
    error::Error,
    fmt,
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use cap_std::{ambient_authority, fs::Dir};

/// The directory that the tools may read.
///
/// It is held open, and every path is resolved beneath it by [`cap_std`], so neither `..` nor a
/// symlink leads out, not even one that is swapped in while a call runs.
#[derive(Clone, Debug)]
pub struct Root {
    dir: Arc<Dir>,
    /// Files that are no tool's business.
    kept_back: Arc<[PathBuf]>,
}

/// Why one path can not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The path as the caller knows it.
    pub(crate) path: String,
    /// What is wrong, and where it helps what to do.
    pub(crate) reason: String,
}

// === impl Root ===

impl Root {
    /// Opens `path` as the root.
    ///
    /// # Errors
    ///
    /// When there is no such directory, or it may not be read. The error names the path.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|error| {
            let shown = path.display();
            io::Error::new(
                error.kind(),
                format!("cannot open the root {shown}: {error}"),
            )
        })?;
        Ok(Self {
            dir: Arc::new(dir),
            kept_back: Arc::default(),
        })
    }

    /// Keeps files from the tools, wherever they lie and by whatever name they are asked for: keys and
    /// settings of the server that serves the tools. One that is replaced stays kept back.
    #[must_use]
    pub fn keeping_back(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        self.kept_back = files.into_iter().collect();
        self
    }

    /// Opens one regular file for reading.
    pub(crate) fn file(&self, path: &Path) -> Result<File, Refusal> {
        // The kind is asked first because opening a named pipe would wait for its writer.
        let found = self
            .dir
            .metadata(path)
            .map_err(|error| Refusal::of(path, &error))?;
        if found.is_dir() {
            let shown = name(path);
            return Err(Refusal::new(
                path,
                format!("a directory; name its files, as in {shown}/**"),
            ));
        }
        if !found.is_file() {
            return Err(Refusal::new(path, "not a regular file"));
        }
        let file = match self.dir.open(path) {
            Ok(file) => file.into_std(),
            Err(error) => return Err(Refusal::of(path, &error)),
        };
        // What was opened is judged, and not what stood there a moment before.
        let opened = file.metadata().map_err(|error| Refusal::of(path, &error))?;
        if self.keeps_back(&opened) {
            return Err(Refusal::new(
                path,
                "kept from tools: it is the server's own",
            ));
        }
        Ok(file)
    }

    /// Whether a file is one of those that are kept back, which may have been replaced lately.
    fn keeps_back(&self, file: &fs::Metadata) -> bool {
        let is_it = |path: &PathBuf| {
            let kept = fs::metadata(path);
            kept.is_ok_and(|kept| (kept.dev(), kept.ino()) == (file.dev(), file.ino()))
        };
        self.kept_back.iter().any(is_it)
    }

    /// Returns the directory itself, for walking.
    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }
}

// === impl Refusal ===

impl Refusal {
    pub(crate) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            path: name(path),
            reason: reason.into(),
        }
    }

    /// Words what the file system said about `path`.
    pub(super) fn of(path: &Path, error: &io::Error) -> Self {
        let outside =
            error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
        let reason = match error.kind() {
            // cap-std says so itself, without a number from the system.
            _ if outside => {
                "outside the root; paths are relative to the root and may not leave it".to_owned()
            }
            io::ErrorKind::NotFound => "no such file under the root".to_owned(),
            io::ErrorKind::NotADirectory => {
                "no such file under the root: a part of the path is a file".to_owned()
            }
            io::ErrorKind::PermissionDenied => "the server may not read it".to_owned(),
            _ => error.to_string(),
        };
        Self::new(path, reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl Error for Refusal {}

/// Returns `path` as reports name it: `/` between the parts on every system.
pub(super) fn name(path: &Path) -> String {
    if path.has_root() {
        return path.to_string_lossy().into_owned();
    }
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Returns `path` without its `.` parts, so that `./a` and `a` are one file.
pub(super) fn plain(path: &str) -> PathBuf {
    Path::new(path)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn root() -> (tempfile::TempDir, Root) {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir_all(outer.path().join("root/sub")).unwrap();
        fs::write(outer.path().join("secret.txt"), "secret").unwrap();
        fs::write(outer.path().join("root/sub/a.txt"), "inside").unwrap();
        let root = Root::open(outer.path().join("root")).unwrap();
        (outer, root)
    }

    fn reason(root: &Root, path: &str) -> String {
        root.file(Path::new(path)).unwrap_err().reason
    }

    #[test]
    fn what_is_kept_back_opens_by_no_name_also_when_it_was_replaced() {
        let (outer, root) = root();
        let own = outer.path().join("root/keys.toml");
        fs::write(&own, "sha256").unwrap();
        fs::hard_link(&own, outer.path().join("root/sub/linked")).unwrap();
        std::os::unix::fs::symlink("keys.toml", outer.path().join("root/named")).unwrap();
        assert!(root.file(Path::new("keys.toml")).is_ok());
        let root = root.keeping_back([own.clone(), outer.path().join("none")]);
        for path in ["keys.toml", "sub/../keys.toml", "sub/linked", "named"] {
            assert!(reason(&root, path).contains("kept from tools"), "{path}");
        }
        fs::write(outer.path().join("root/new"), "sha256").unwrap();
        fs::rename(outer.path().join("root/new"), own).unwrap();
        assert!(reason(&root, "keys.toml").contains("kept from tools"));
        assert!(root.file(Path::new("sub/a.txt")).is_ok());
    }

    #[test]
    fn a_file_inside_opens_also_by_a_detour() {
        let (_outer, root) = root();
        let mut text = String::new();
        root.file(Path::new("sub/../sub/a.txt"))
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "inside");
    }

    #[test]
    fn no_way_leads_out() {
        let (outer, root) = root();
        let absolute = outer.path().join("secret.txt");
        for path in [
            "../secret.txt",
            "sub/../../secret.txt",
            absolute.to_str().unwrap(),
        ] {
            assert!(
                reason(&root, path).starts_with("outside the root"),
                "{path}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_symlink_leads_out_but_one_may_lead_about() {
        let (outer, root) = root();
        let link = |to: &str, at: &str| {
            std::os::unix::fs::symlink(to, outer.path().join("root").join(at)).unwrap()
        };
        link("../secret.txt", "file-out");
        link("..", "dir-out");
        link("sub/a.txt", "in");
        link("loop", "loop");
        assert!(reason(&root, "file-out").starts_with("outside the root"));
        assert!(reason(&root, "dir-out/secret.txt").starts_with("outside the root"));
        assert!(!reason(&root, "loop").is_empty());
        assert!(root.file(Path::new("in")).is_ok());
    }

    #[test]
    fn what_is_not_a_file_says_what_it_is() {
        let (_outer, root) = root();
        assert_eq!(
            reason(&root, "sub"),
            "a directory; name its files, as in sub/**"
        );
        assert_eq!(reason(&root, "none.txt"), "no such file under the root");
        assert!(reason(&root, "sub/a.txt/b").starts_with("no such file under the root"));
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_refused_without_being_opened() {
        let (outer, root) = root();
        let _bound =
            std::os::unix::net::UnixListener::bind(outer.path().join("root/sock")).unwrap();
        assert_eq!(reason(&root, "sock"), "not a regular file");
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = Root::open("/no/such/place").unwrap_err();
        assert!(error.to_string().contains("/no/such/place"), "{error}");
    }
}
