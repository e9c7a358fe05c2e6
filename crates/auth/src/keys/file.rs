//! The file of keys on the disk: read with a bound, and whether others could read it.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// Bytes of a key file: ten thousand keys have fewer.
const BYTES: u64 = 8 * 1024 * 1024;

/// A key file that was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeyFile {
    /// What it says.
    pub text: String,
    /// Whether anybody but its owner may read or write it: then it is worth a warning. Hashes of
    /// random keys give no key away, but whoever writes here lets himself in.
    pub exposed: bool,
}

/// Reads a key file.
///
/// # Errors
///
/// When it cannot be read, is no text, or is far too long.
pub fn load(path: &Path) -> io::Result<KeyFile> {
    let file = File::open(path)?;
    let exposed = is_exposed(&file.metadata()?);
    let mut text = String::new();
    file.take(BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a key file has 8 MiB at most",
        ));
    }
    Ok(KeyFile { text, exposed })
}

#[cfg(unix)]
fn is_exposed(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
const fn is_exposed(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        fs::write(&path, "# none").unwrap();
        for (mode, exposed) in [(0o600, false), (0o640, true), (0o604, true), (0o620, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let file = load(&path).unwrap();
            assert_eq!((file.exposed, &*file.text), (exposed, "# none"), "{mode:o}");
        }
        assert!(load(&folder.path().join("none")).is_err());
    }
}
