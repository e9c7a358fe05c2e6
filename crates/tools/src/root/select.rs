//! Turns the paths and globs of a call into the list of files it is about.

use std::{
    collections::HashSet,
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::{
    open::{Refusal, Root, name, plain},
    walk::{MAX_ENTRIES, Walk},
};
use crate::aside::Quit;

/// Files in one call: their report is then about half a megabyte, which a client still shows.
pub(crate) const MAX_ITEMS: usize = 1000;

/// What is said of a glob that found nothing.
const NO_MATCH: &str = "nothing under the root matches (hidden and git-ignored files are found \
    only when they are named in full)";

/// One thing to process, or the reason why it can not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The path that messages and the report use.
    pub(crate) name: String,
    /// Where it lies under the root.
    pub(crate) path: Result<PathBuf, Refusal>,
}

/// Why no list of files could be made.
#[derive(Debug)]
pub(crate) enum Unselectable {
    /// A glob that is none.
    Glob(globset::Error),
    /// More than [`MAX_ITEMS`] files.
    TooMany,
    /// More than [`MAX_ENTRIES`] entries to look at.
    TooLarge,
    /// The caller has gone.
    Quit,
}

/// The globs of a call, and for each the directory that all its matches lie in.
struct Globs {
    set: GlobSet,
    texts: Vec<String>,
    bases: Vec<PathBuf>,
}

// === impl Root ===

impl Root {
    /// Lists the files that `paths` name, in the order of `paths`, a glob's matches sorted.
    ///
    /// Without paths it lists every file under the root. What is named twice is listed once.
    pub(crate) fn select(&self, paths: &[String], quit: &Quit) -> Result<Vec<Item>, Unselectable> {
        if paths.is_empty() {
            return self.all(quit);
        }
        let is_glob = |path: &&String| has_glob(path) && self.dir().symlink_metadata(path).is_err();
        let globs = Globs::new(paths.iter().filter(is_glob))?;
        let mut matches = self.matches(&globs, quit)?.into_iter();
        let mut list = List::default();
        for path in paths {
            if globs.texts.contains(path) && list.globs.insert(path) {
                for item in matches.next().unwrap_or_default() {
                    list.push(item)?;
                }
            } else if !globs.texts.contains(path) {
                list.push(Item::file(plain(path)))?;
            }
        }
        Ok(list.items)
    }

    fn all(&self, quit: &Quit) -> Result<Vec<Item>, Unselectable> {
        let mut list = List::default();
        Walk::new(self.dir(), &|_| true, quit).run(&mut |item| list.push(item))?;
        list.items.sort_by(Item::order);
        Ok(list.items)
    }

    /// Returns the matches of each glob, from one walk.
    fn matches(&self, globs: &Globs, quit: &Quit) -> Result<Vec<Vec<Item>>, Unselectable> {
        let mut matches = vec![Vec::new(); globs.texts.len()];
        if globs.texts.is_empty() {
            return Ok(matches);
        }
        let mut found = 0;
        Walk::new(self.dir(), &|dir| globs.may_lie_in(dir), quit).run(&mut |item| {
            let matching = globs.set.matches(&item.name);
            found += usize::from(!matching.is_empty());
            if found > MAX_ITEMS {
                return Err(Unselectable::TooMany);
            }
            for index in matching {
                matches[index].push(item.clone());
            }
            Ok(())
        })?;
        for (items, glob) in matches.iter_mut().zip(&globs.texts) {
            items.sort_by(Item::order);
            if items.is_empty() {
                items.push(Item::refused(Refusal {
                    path: glob.clone(),
                    reason: NO_MATCH.to_owned(),
                }));
            }
        }
        Ok(matches)
    }
}

// === impl Item ===

impl Item {
    pub(super) fn file(path: PathBuf) -> Self {
        if path.as_os_str().is_empty() {
            return Self::refused(Refusal::new(
                Path::new("."),
                "a directory; name its files, as in **",
            ));
        }
        Self {
            name: name(&path),
            path: Ok(path),
        }
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        Self {
            name: refusal.path.clone(),
            path: Err(refusal),
        }
    }

    /// Sorts by the parts of the path, so that a directory's files stay together.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.name.split('/').cmp(other.name.split('/'))
    }
}

// === impl Globs ===

impl Globs {
    fn new<'a>(paths: impl Iterator<Item = &'a String>) -> Result<Self, Unselectable> {
        let mut globs = Self {
            set: GlobSet::empty(),
            texts: Vec::new(),
            bases: Vec::new(),
        };
        let mut set = GlobSetBuilder::new();
        for path in paths {
            if !globs.texts.contains(path) {
                set.add(glob(path)?);
                globs.bases.push(base(path));
                globs.texts.push(path.clone());
            }
        }
        globs.set = set.build().map_err(Unselectable::Glob)?;
        Ok(globs)
    }

    /// Says whether a match can lie in `dir` or below, so that `docs/*.md` walks only `docs`.
    fn may_lie_in(&self, dir: &Path) -> bool {
        self.bases
            .iter()
            .any(|base| base.starts_with(dir) || dir.starts_with(base))
    }
}

fn glob(path: &str) -> Result<Glob, Unselectable> {
    let path = path.trim_start_matches("./");
    GlobBuilder::new(path)
        .literal_separator(true)
        .build()
        .map_err(Unselectable::Glob)
}

fn has_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// Returns the leading parts of a glob that hold no wildcard.
fn base(glob: &str) -> PathBuf {
    let plain = plain(glob);
    let parent = plain.parent().unwrap_or(Path::new(""));
    parent
        .iter()
        .take_while(|part| !has_glob(&part.to_string_lossy()))
        .collect()
}

// === impl List ===

/// The list while it grows: bounded, and each name once.
#[derive(Default)]
struct List<'a> {
    items: Vec<Item>,
    names: HashSet<String>,
    globs: HashSet<&'a String>,
}

impl List<'_> {
    fn push(&mut self, item: Item) -> Result<(), Unselectable> {
        if !self.names.insert(item.name.clone()) {
            return Ok(());
        }
        if self.items.len() == MAX_ITEMS {
            return Err(Unselectable::TooMany);
        }
        self.items.push(item);
        Ok(())
    }
}

// === impl Unselectable ===

impl fmt::Display for Unselectable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Glob(error) => write!(
                f,
                "paths: {error}; a literal `*`, `?`, `[` or `{{` is written `[*]`, `[?]`, …"
            ),
            Self::TooMany => write!(
                f,
                "more than {MAX_ITEMS} files; name fewer with `paths`, as in [\"docs/**/*.md\"]"
            ),
            Self::TooLarge => write!(
                f,
                "more than {MAX_ENTRIES} files and directories to look at; begin the globs with a \
                 directory, as in [\"docs/**\"]"
            ),
            Self::Quit => f.write_str("the caller has gone"),
        }
    }
}

impl Error for Unselectable {}

#[cfg(test)]
mod tests;
