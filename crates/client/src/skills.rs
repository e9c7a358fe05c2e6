//! Skills of a server: listed without being read, and read as their entries say or not at all
//! (the extension `io.modelcontextprotocol/skills`, SEP-2640).
//!
//! ```text
//!   list_skills, skill ─▶ SkillEntry ─▶ load_skill ─▶ SKILL.md: size, digest, front matter
//!                         nothing is read             └─▶ LoadedSkill ─▶ read: size, digest
//! ```
//!
//! Only a [`LoadedSkill`] reads the skill's other files, so none is read of a skill whose `SKILL.md`
//! is another than its entry says.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_model::{SKILLS, SkillEntry, SkillFile};
use tidegate_skills::{Mismatch, escaped, is_skill_name, resolve, same_front_matter, verify};

use crate::{client::Client, endpoint::Outgoing, error::Error, list, results::ReadResult};

/// Why something of a skill was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unverified {
    /// The entry is none, or contradicts itself.
    Entry,
    /// The entry says nothing of the files: they are made when they are read.
    Dynamic,
    /// The file is not among those the entry lists.
    Unlisted,
    /// The file has another number of bytes.
    Size,
    /// The file has other bytes.
    Digest,
    /// The front matter of `SKILL.md` says something else than the entry.
    FrontMatter,
}

/// A skill whose `SKILL.md` was read, and is what its entry says.
///
/// It came from a server: it is for a model to read with the caution that all such text needs, and
/// gives it no permissions. A match proves that a server's list and its files agree, not that
/// either can be trusted.
#[derive(Clone)]
pub struct LoadedSkill {
    client: Client,
    entry: SkillEntry,
    text: String,
}

// === impl Client ===

impl Client {
    /// Returns the entries of all skills that the server lists; nothing of a skill is read. There
    /// may be others, which [`skill`](Self::skill) finds by their URIs. An entry that is none is
    /// left out.
    ///
    /// # Errors
    ///
    /// When the server knows no skills, or its pages have no end.
    pub async fn list_skills(&self) -> Result<Vec<SkillEntry>, Error> {
        self.knows_skills()?;
        let entries: Vec<Value> = list::entries(&self.dispatch, "skills/list", "skills").await?;
        let entry = |value: Value| {
            let uri = value["uri"].clone();
            serde_json::from_value(value)
                .inspect_err(
                    |error| tracing::warn!(%uri, %error, "a skill is left out: its entry is none"),
                )
                .ok()
        };
        Ok(entries.into_iter().filter_map(entry).collect())
    }

    /// Returns the entry of the skill whose `SKILL.md` is at `uri`, as it is now; nothing of the
    /// skill is read.
    ///
    /// # Errors
    ///
    /// When the server serves no such skill (-32602), or knows no skills.
    pub async fn skill(&self, uri: &str) -> Result<SkillEntry, Error> {
        #[derive(Deserialize)]
        struct Wire {
            skill: SkillEntry,
        }

        self.knows_skills()?;
        let outgoing = Outgoing::new("skills/get", self.dispatch.wire.log_level);
        let result = self.dispatch.ask(outgoing.field("uri", json!(uri))).await?;
        let Wire { skill } = result
            .decode()
            .map_err(|error| Error::shape("skills/get", error))?;
        if skill.uri != uri {
            let why = format_args!("skills/get was asked for {uri} and gives {}", skill.uri);
            return Err(Error::unverified(Unverified::Entry, why));
        }
        Ok(skill)
    }

    /// Reads the `SKILL.md` of a skill, and holds it against the skill's entry: its size, its
    /// digest, and each field of its front matter.
    ///
    /// # Errors
    ///
    /// When it is not what the entry says: [`Error::unverified_in`] says in what. The skill may have
    /// changed since: [`skill`](Self::skill) gets its entry anew, and whoever approved the old one
    /// has to be asked again.
    pub async fn load_skill(&self, entry: SkillEntry) -> Result<LoadedSkill, Error> {
        let file = manifest(&entry)?;
        let bytes = self.read_file(file).await?;
        let text = String::from_utf8(bytes.into()).map_err(|_| {
            let why = format_args!("{} is no text", entry.uri);
            Error::unverified(Unverified::FrontMatter, why)
        })?;
        same_front_matter(&text, &entry.frontmatter).map_err(|why| {
            let why = format_args!("{}: {why}", entry.uri);
            Error::unverified(Unverified::FrontMatter, why)
        })?;
        Ok(LoadedSkill {
            client: self.clone(),
            entry,
            text,
        })
    }

    /// Whoever has not declared skills is not asked for them (SEP-2640 §Capability Negotiation).
    fn knows_skills(&self) -> Result<(), Error> {
        if self.server().capabilities.has_extension(SKILLS) {
            return Ok(());
        }
        Err(Error::input(format_args!(
            "this server has no skills: it does not declare {SKILLS}"
        )))
    }

    /// Reads a file and holds it against its entry. What was read before and kept is no use: it may
    /// be older than the entry.
    async fn read_file(&self, file: &SkillFile) -> Result<Bytes, Error> {
        let outgoing = Outgoing::new("resources/read", self.dispatch.wire.log_level);
        let outgoing = outgoing.named("uri", &file.uri);
        let read = ReadResult::read(self.dispatch.ask(outgoing).await?)?;
        let bytes = content(read, &file.uri)?;
        verify(file, &bytes).map_err(|mismatch| {
            let kind = match mismatch {
                Mismatch::Size => Unverified::Size,
                _ => Unverified::Digest,
            };
            Error::unverified(kind, format_args!("{} {mismatch}", file.uri))
        })?;
        Ok(bytes)
    }
}

// === impl LoadedSkill ===

impl LoadedSkill {
    /// Returns the entry that it was held against.
    #[must_use]
    pub const fn entry(&self) -> &SkillEntry {
        &self.entry
    }

    /// Returns its `SKILL.md`, front matter and all.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads another file of the skill by the path that its `SKILL.md` calls it by, as
    /// `references/forms.md`, and holds it against the entry.
    ///
    /// # Errors
    ///
    /// When it is not what the entry says; and when the entry does not list it: then it is not
    /// asked for.
    pub async fn read(&self, path: &str) -> Result<Bytes, Error> {
        let directory = self.entry.directory().unwrap_or_default();
        let at = |path: &str| resolve(directory, path).and_then(|uri| self.entry.file(&uri));
        // Texts name files as people do, with letters that no URI has.
        let listed = at(path).or_else(|| at(&escaped(path)));
        let file = listed.ok_or_else(|| {
            let why = format_args!("{path:?} is no file of {}", self.entry.uri);
            Error::unverified(Unverified::Unlisted, why)
        })?;
        self.client.read_file(file).await
    }
}

impl fmt::Debug for LoadedSkill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LoadedSkill").field(&self.entry.uri).finish()
    }
}

/// Returns what an entry says of its `SKILL.md`, if the entry is sound.
fn manifest(entry: &SkillEntry) -> Result<&SkillFile, Error> {
    let uri = &entry.uri;
    let unsound =
        |why: &str| Error::unverified(Unverified::Entry, format_args!("the entry of {uri} {why}"));
    if entry.resources.is_dynamic() {
        let why = format_args!(
            "the files of {uri} are made when they are read: nothing says what they must be"
        );
        return Err(Error::unverified(Unverified::Dynamic, why));
    }
    let directory = entry
        .directory()
        .ok_or_else(|| unsound("is not of a SKILL.md"))?;
    let name = entry.name();
    if !is_skill_name(name) || directory.rsplit('/').next() != Some(name) {
        return Err(unsound("has another name than its directory, or none"));
    }
    let mut uris: Vec<&str> = (entry.resources.listed().iter())
        .map(|file| file.uri.as_str())
        .collect();
    let inside = |uri: &&str| {
        let below = uri.strip_prefix(directory);
        below.is_some_and(|path| path.starts_with('/'))
    };
    if !uris.iter().all(inside) {
        return Err(unsound("lists files that are not in its directory"));
    }
    uris.sort_unstable();
    if uris.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(unsound("lists a file twice"));
    }
    entry
        .file(uri)
        .ok_or_else(|| unsound("does not list its SKILL.md"))
}

/// Returns the bytes of the one file that was read.
fn content(read: ReadResult, uri: &str) -> Result<Bytes, Error> {
    let mut found = read.contents.into_iter().filter(|one| one.uri == uri);
    let (Some(one), None) = (found.next(), found.next()) else {
        return Err(Error::answer(format_args!(
            "resources/read of {uri} does not give the one file"
        )));
    };
    match (one.text, one.blob) {
        (Some(text), None) => Ok(text.into()),
        (None, Some(blob)) => {
            let bytes = STANDARD.decode(blob);
            let bytes = bytes.map_err(|error| {
                Error::answer(format_args!("the blob of {uri} is no Base64")).because(error)
            })?;
            Ok(bytes.into())
        }
        _ => Err(Error::answer(format_args!(
            "resources/read of {uri} gives neither text nor a blob, or both"
        ))),
    }
}
