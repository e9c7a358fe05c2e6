//! Skills as they are made, of bytes and of directories.

mod bytes;
#[cfg(feature = "files")]
mod directories;
