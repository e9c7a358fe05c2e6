//! Whether bytes are those that an entry speaks of.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use tidegate_model::SkillFile;

/// How a file differs from what its entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// It has another number of bytes.
    Size,
    /// It has other bytes.
    Digest,
}

/// Returns the digest of `bytes`, as entries write it.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let mut out = String::with_capacity("sha256:".len() + 64);
    out.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        write!(out, "{byte:02x}").expect("a String takes all");
    }
    out
}

/// Holds `bytes` against what an entry says of the file.
///
/// # Errors
///
/// When they are not the file's: the first way in which they differ.
pub fn verify(file: &SkillFile, bytes: &[u8]) -> Result<(), Mismatch> {
    if bytes.len() as u64 != file.size {
        return Err(Mismatch::Size);
    }
    if digest(bytes) != file.digest {
        return Err(Mismatch::Digest);
    }
    Ok(())
}

// === impl Mismatch ===

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "has another size than the skill's entry says",
            Self::Digest => "has another digest than the skill's entry says",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_bytes_pass() {
        let file = SkillFile {
            uri: "skill://a/SKILL.md".to_owned(),
            digest: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                .to_owned(),
            size: 3,
        };
        assert_eq!(verify(&file, b"abc"), Ok(()));
        assert_eq!(verify(&file, b"abd"), Err(Mismatch::Digest));
        assert_eq!(verify(&file, b"abcd"), Err(Mismatch::Size));
        let shouted = SkillFile {
            digest: file.digest.to_uppercase(),
            ..file
        };
        assert_eq!(verify(&shouted, b"abc"), Err(Mismatch::Digest));
    }
}
