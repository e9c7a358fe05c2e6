//! Skills out of a directory: every file below it is found once, and those of skills are read.
//!
//! ```text
//!   skills/pdf/SKILL.md                 skill://pdf: SKILL.md, references/forms.md
//!   skills/pdf/references/forms.md
//!   skills/billing/refunds/SKILL.md     skill://billing/refunds: SKILL.md
//!   skills/README.md                    of no skill, and not read
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    path::Path,
};

use bytes::Bytes;
use cap_std::{ambient_authority, fs::Dir};

use crate::{
    error::SkillError,
    skill::{MANIFEST, Skill, too_large},
};

/// Entries looked at below one directory: two hundred skills of the largest kind.
const MOST_ENTRIES: usize = 100_000;

/// How deep directories may lie in one another, so that a walk ends.
const DEEPEST: usize = 32;

/// How many bytes the skills of one directory may have: they are kept in memory, so that what is
/// served is what was digested.
const MOST_BYTES: u64 = 256 << 20;

// === impl Skill ===

impl Skill {
    /// Reads every skill below `directory`: each is a directory with a `SKILL.md`, by whose name it
    /// goes. One that lies within another is a skill of its own, and files of the other.
    ///
    /// Hidden files are passed over. A link is read if it leads to a file below `directory`. It
    /// blocks; in an async function, call it in `spawn_blocking`.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read, a link leads elsewhere, or a skill breaks a rule; the
    /// error names which.
    pub fn all_in(directory: impl AsRef<Path>) -> Result<Vec<Self>, SkillError> {
        let directory = directory.as_ref();
        let shown = directory.display();
        let dir = Dir::open_ambient_dir(directory, ambient_authority()).map_err(|error| {
            SkillError::new(format_args!("cannot open the skills in {shown}: {error}"))
        })?;
        let paths = walk(&dir)?;
        if paths.contains(MANIFEST) {
            return Err(SkillError::new(format_args!(
                "{shown} is a skill itself; name the directory that it lies in"
            )));
        }
        let mut contents = Contents {
            dir: &dir,
            read: BTreeMap::new(),
            bytes: 0,
        };
        let skills = paths
            .iter()
            .filter_map(|path| path.strip_suffix(MANIFEST)?.strip_suffix('/'));
        skills.map(|skill| contents.skill(skill, &paths)).collect()
    }
}

/// What has been read, by path: a skill within another shares its files with it.
struct Contents<'a> {
    dir: &'a Dir,
    read: BTreeMap<String, Bytes>,
    bytes: u64,
}

// === impl Contents ===

impl Contents<'_> {
    fn skill(&mut self, skill: &str, paths: &BTreeSet<String>) -> Result<Skill, SkillError> {
        let below = format!("{skill}/");
        let mut files = Vec::new();
        for path in paths.range(below.clone()..) {
            let Some(within) = path.strip_prefix(&below) else {
                break;
            };
            if files.len() == Skill::MOST_FILES {
                return Err(SkillError::of(skill, too_large()));
            }
            let content = self.content(path).map_err(|why| match why {
                Unreadable::Io(error) => {
                    SkillError::of(skill, format_args!("cannot read {within}: {error}"))
                }
                Unreadable::TooLarge => SkillError::of(skill, too_large()),
                Unreadable::Full => SkillError::new(format_args!(
                    "the skills of one directory may have {MOST_BYTES} bytes together"
                )),
            })?;
            files.push((within, content));
        }
        Skill::new(skill, files)
    }

    fn content(&mut self, path: &str) -> Result<Bytes, Unreadable> {
        if let Some(content) = self.read.get(path) {
            return Ok(content.clone());
        }
        // The kind is asked first because opening a named pipe would wait for its writer.
        if !self.dir.metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file").into());
        }
        let mut content = Vec::new();
        let file = self.dir.open(path)?;
        file.take(Skill::MOST_BYTES + 1).read_to_end(&mut content)?;
        let size = content.len() as u64;
        if size > Skill::MOST_BYTES {
            return Err(Unreadable::TooLarge);
        }
        self.bytes += size;
        if self.bytes > MOST_BYTES {
            return Err(Unreadable::Full);
        }
        let content = Bytes::from(content);
        self.read.insert(path.to_owned(), content.clone());
        Ok(content)
    }
}

/// Why a file was not read.
enum Unreadable {
    Io(io::Error),
    TooLarge,
    Full,
}

// === impl Unreadable ===

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Returns the paths of all files and links below `dir`, with `/` between their parts.
fn walk(dir: &Dir) -> Result<BTreeSet<String>, SkillError> {
    let mut found = BTreeSet::new();
    let mut pending = vec![(String::new(), 0)];
    let mut seen = 0;
    while let Some((at, depth)) = pending.pop() {
        let place = if at.is_empty() { "." } else { &at };
        let unreadable =
            |error: io::Error| SkillError::new(format_args!("cannot read {place}: {error}"));
        for entry in dir.read_dir(place).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            seen += 1;
            if seen > MOST_ENTRIES || depth > DEEPEST {
                return Err(SkillError::new(format_args!(
                    "a directory of skills may have {MOST_ENTRIES} files in it, and directories \
                     {DEEPEST} deep"
                )));
            }
            let name = entry.file_name().into_string().map_err(|name| {
                SkillError::new(format_args!("the name of {name:?} in {place} is not UTF-8"))
            })?;
            if name.starts_with('.') {
                continue;
            }
            let path = if at.is_empty() {
                name
            } else {
                format!("{at}/{name}")
            };
            if entry.file_type().map_err(unreadable)?.is_dir() {
                pending.push((path, depth + 1));
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
