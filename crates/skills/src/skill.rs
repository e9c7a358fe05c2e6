//! A skill to be served: its entry, and the bytes that the entry speaks of.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use tidegate_model::{Resource, ResourceContents, SkillEntry, SkillFile, SkillFiles};

use crate::{error::SkillError, front_matter, path, verify::digest};

/// A skill to be served. Clones share its files, which do not change.
#[derive(Clone)]
pub struct Skill {
    entry: Arc<SkillEntry>,
    /// In the order of the entry's.
    files: Arc<[File]>,
}

struct File {
    /// From the skill's directory on.
    path: String,
    mime_type: &'static str,
    content: Bytes,
}

/// The file that makes a directory a skill.
pub(crate) const MANIFEST: &str = "SKILL.md";

// === impl Skill ===

impl Skill {
    /// How many files a skill may have: as many as every client takes (SEP-2640 §Limits).
    pub const MOST_FILES: usize = 512;

    /// How many bytes they may have together (SEP-2640 §Limits).
    pub const MOST_BYTES: u64 = 16 << 20;

    /// How many characters may say what it is for (Agent Skills, `description`).
    const LONGEST_DESCRIPTION: usize = 1024;

    /// Returns the skill at `path`, which ends with its name, as `billing/refunds`; its files are
    /// named by their paths from there, `SKILL.md` among them.
    ///
    /// # Errors
    ///
    /// When it breaks a rule of the Agent Skills or of SEP-2640: its name, its front matter, the
    /// number and size of its files.
    pub fn new<P: Into<String>, C: Into<Bytes>>(
        path: &str,
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Result<Self, SkillError> {
        let files = files
            .into_iter()
            .map(|(at, content)| (at.into(), content.into()));
        Self::of(path, files).map_err(|why| SkillError::of(path, why))
    }

    fn of(path: &str, files: impl Iterator<Item = (String, Bytes)>) -> Result<Self, SkillError> {
        let name = path.rsplit('/').next().unwrap_or_default();
        if !path::is_plain(path) || !path::is_skill_name(name) {
            return Err(SkillError::new(
                "the directory of a skill is its name: 1 to 64 letters a-z, digits and single \
                 hyphens between them",
            ));
        }
        let mut sorted = sorted(files)?;
        let manifest = sorted
            .remove(MANIFEST)
            .ok_or_else(|| SkillError::new("it has no SKILL.md"))?;
        let text = std::str::from_utf8(&manifest)
            .map_err(|_| SkillError::new("SKILL.md must be UTF-8"))?;
        let frontmatter = front_matter::read(text)?;
        let directory = format!("skill://{}", path::escaped(path));
        let all = std::iter::once((MANIFEST.to_owned(), manifest)).chain(sorted);
        let files: Vec<File> = all
            .map(|(path, content)| File::new(path, content))
            .collect();
        let listed = files.iter().map(|file| file.listed(&directory)).collect();
        let entry = SkillEntry {
            uri: format!("{directory}/{MANIFEST}"),
            frontmatter,
            resources: SkillFiles::Listed(listed),
        };
        check(&entry, name)?;
        Ok(Self {
            entry: Arc::new(entry),
            files: files.into(),
        })
    }

    /// Returns what `skills/list` says of it.
    #[must_use]
    pub fn entry(&self) -> &SkillEntry {
        &self.entry
    }

    /// Returns its files as resources, `SKILL.md` first, which has the skill's name and
    /// description.
    pub fn resources(&self) -> impl Iterator<Item = Resource> {
        self.files().map(|(listed, file)| {
            let is_manifest = file.path == MANIFEST;
            let name = if is_manifest {
                self.entry.name()
            } else {
                file.path.rsplit('/').next().unwrap_or_default()
            };
            let mut resource = Resource::new(&listed.uri, name);
            resource.description = is_manifest.then(|| self.entry.description().to_owned());
            resource.mime_type = Some(file.mime_type.to_owned());
            resource.size = Some(listed.size);
            resource
        })
    }

    /// Returns what the file at `uri` holds, if it is one of the skill's.
    #[must_use]
    pub fn read(&self, uri: &str) -> Option<ResourceContents> {
        let (listed, file) = self.files().find(|(listed, _)| listed.uri == uri)?;
        Some(match std::str::from_utf8(&file.content) {
            Ok(text) => ResourceContents::text(&listed.uri, file.mime_type, text),
            Err(_) => ResourceContents::blob(&listed.uri, file.mime_type, &file.content),
        })
    }

    fn files(&self) -> impl Iterator<Item = (&SkillFile, &File)> {
        self.entry.resources.listed().iter().zip(self.files.iter())
    }
}

impl PartialEq for Skill {
    /// Skills are the same when their entries are: a digest stands for its bytes.
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry
    }
}

impl fmt::Debug for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Skill").field(&self.entry.uri).finish()
    }
}

/// Returns the files by their paths, if there are not too many.
fn sorted(
    files: impl Iterator<Item = (String, Bytes)>,
) -> Result<BTreeMap<String, Bytes>, SkillError> {
    let mut sorted = BTreeMap::new();
    let mut bytes = 0;
    for (at, content) in files {
        bytes += content.len() as u64;
        if !path::is_plain(&at) {
            return Err(SkillError::new(format_args!(
                "{at:?} is no path of a file in it"
            )));
        }
        if sorted.contains_key(&at) {
            return Err(SkillError::new(format_args!("{at:?} is there twice")));
        }
        sorted.insert(at, content);
        if sorted.len() > Skill::MOST_FILES || bytes > Skill::MOST_BYTES {
            return Err(too_large());
        }
    }
    Ok(sorted)
}

pub(crate) fn too_large() -> SkillError {
    SkillError::new(format_args!(
        "it has more than {} files or {} bytes, and clients need not take more",
        Skill::MOST_FILES,
        Skill::MOST_BYTES
    ))
}

/// Checks what the front matter has to say.
fn check(entry: &SkillEntry, name: &str) -> Result<(), SkillError> {
    if entry.name() != name {
        return Err(SkillError::new(format_args!(
            "the `name` in the front matter of SKILL.md must be the directory's, {name:?}"
        )));
    }
    let description = entry.description().trim();
    if description.is_empty() || description.chars().count() > Skill::LONGEST_DESCRIPTION {
        return Err(SkillError::new(format_args!(
            "the front matter of SKILL.md needs a `description` of at most {} characters",
            Skill::LONGEST_DESCRIPTION
        )));
    }
    Ok(())
}

// === impl File ===

impl File {
    fn new(path: String, content: Bytes) -> Self {
        let is_text = std::str::from_utf8(&content).is_ok();
        Self {
            mime_type: path::media_type(&path, is_text),
            path,
            content,
        }
    }

    fn listed(&self, directory: &str) -> SkillFile {
        SkillFile {
            uri: format!("{directory}/{}", path::escaped(&self.path)),
            digest: digest(&self.content),
            size: self.content.len() as u64,
        }
    }
}
