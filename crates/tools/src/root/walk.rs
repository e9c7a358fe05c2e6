//! Walks the root as `ripgrep` would: hidden and git-ignored files are passed over, symlinked
//! directories are not entered.

use std::{
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::fs::{Dir, DirEntry, FileType};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{
    open::Refusal,
    select::{Item, Unselectable},
};
use crate::aside::Quit;

/// Entries looked at in one walk: a tree of that size takes about a second; a larger one is most
/// likely not what the caller meant.
pub(super) const MAX_ENTRIES: usize = 200_000;

/// Bytes read of one ignore file: hundreds of times the usual size.
const MAX_IGNORE_FILE: u64 = 1024 * 1024;

/// One walk over the root.
pub(super) struct Walk<'a> {
    dir: &'a Dir,
    quit: &'a Quit,
    /// Says whether a directory can hold anything that is wanted.
    enter: &'a dyn Fn(&Path) -> bool,
    pending: Vec<(PathBuf, Option<Arc<Rules>>)>,
    seen: usize,
}

/// The ignore rules of one directory, and of those above it.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Self>>,
}

// === impl Walk ===

impl<'a> Walk<'a> {
    pub(super) fn new(dir: &'a Dir, enter: &'a dyn Fn(&Path) -> bool, quit: &'a Quit) -> Self {
        Self {
            dir,
            quit,
            enter,
            pending: vec![(PathBuf::new(), None)],
            seen: 0,
        }
    }

    /// Calls `found` for every file, and for every directory that could not be read, in no
    /// particular order.
    pub(super) fn run(
        mut self,
        found: &mut dyn FnMut(Item) -> Result<(), Unselectable>,
    ) -> Result<(), Unselectable> {
        while let Some((at, rules)) = self.pending.pop() {
            let listed = self.dir.read_dir(if at.as_os_str().is_empty() {
                Path::new(".")
            } else {
                &at
            });
            let entries = match listed {
                Ok(entries) => entries,
                Err(error) => {
                    found(Item::refused(Refusal::of(&at, &error)))?;
                    continue;
                }
            };
            let rules = Rules::read(self.dir, &at, rules);
            for entry in entries.map_while(Result::ok) {
                self.visit(&at, &entry, &rules, found)?;
            }
        }
        Ok(())
    }

    fn visit(
        &mut self,
        at: &Path,
        entry: &DirEntry,
        rules: &Option<Arc<Rules>>,
        found: &mut dyn FnMut(Item) -> Result<(), Unselectable>,
    ) -> Result<(), Unselectable> {
        self.seen += 1;
        if self.seen > MAX_ENTRIES {
            return Err(Unselectable::TooLarge);
        }
        if self.quit.is_set() {
            return Err(Unselectable::Quit);
        }
        let Ok(kind) = entry.file_type() else {
            return Ok(());
        };
        let path = at.join(entry.file_name());
        if is_hidden(&entry.file_name()) || Rules::ignore(rules, &path, kind.is_dir()) {
            return Ok(());
        }
        if kind.is_dir() {
            if (self.enter)(&path) {
                self.pending.push((path, rules.clone()));
            }
            return Ok(());
        }
        if self.is_wanted(kind, &path) {
            found(Item::file(path))
        } else {
            Ok(())
        }
    }

    /// Takes files, and links unless they lead to a directory: one that leads out of the root or
    /// nowhere is to be refused by name, not passed over in silence.
    fn is_wanted(&self, kind: FileType, path: &Path) -> bool {
        kind.is_file() || kind.is_symlink() && !self.dir.metadata(path).is_ok_and(|to| to.is_dir())
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

// === impl Rules ===

impl Rules {
    /// Reads the ignore files of directory `at`; without any, those above stand alone.
    fn read(dir: &Dir, at: &Path, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let mut rules = GitignoreBuilder::new(at);
        let mut any = false;
        for name in [".gitignore", ".ignore"] {
            let path = at.join(name);
            if !dir
                .symlink_metadata(&path)
                .is_ok_and(|found| found.is_file())
            {
                continue;
            }
            let Ok(file) = dir.open(&path) else { continue };
            let mut text = Vec::new();
            if file.take(MAX_IGNORE_FILE).read_to_end(&mut text).is_err() {
                continue;
            }
            for line in String::from_utf8_lossy(&text).lines() {
                // A line that git could not read either counts for nothing.
                any |= rules.add_line(None, line).is_ok();
            }
        }
        match any.then(|| rules.build().ok()).flatten() {
            Some(own) => Some(Arc::new(Self { own, above })),
            None => above,
        }
    }

    /// Says whether `path` is ignored: the nearest rule that speaks of it decides.
    fn ignore(rules: &Option<Arc<Self>>, path: &Path, is_dir: bool) -> bool {
        let mut next = rules.as_deref();
        while let Some(rules) = next {
            let matched = rules.own.matched(path, is_dir);
            if !matched.is_none() {
                return matched.is_ignore();
            }
            next = rules.above.as_deref();
        }
        false
    }
}
