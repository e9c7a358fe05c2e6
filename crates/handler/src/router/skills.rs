//! Skills: their list, their entries, their files, and the directories that these lie in.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use tidegate_model::{
    CacheHint, Call, Complete, DIRECTORY, Failure, Method, Outcome, Resource, ResourceContents,
    SKILLS,
};
use tidegate_skills::Skill;

use super::{build::Router, lists::List};

/// What follows from the skills that were added.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    list: List,
    /// The skill that each entry and each file is of, by its URI.
    entries: HashMap<String, Skill>,
    files: HashMap<String, Skill>,
    directories: HashMap<String, List>,
}

// === impl Router ===

impl Router {
    /// Adds a skill.
    #[must_use]
    pub fn skill(self, skill: Skill) -> Self {
        self.skills([skill])
    }

    /// Adds skills: those of a directory, for example. They are listed for callers that know skills
    /// (the extension `io.modelcontextprotocol/skills`), and are resources for all others.
    #[must_use]
    pub fn skills(mut self, skills: impl IntoIterator<Item = Skill>) -> Self {
        for skill in skills {
            let uri = &skill.entry().uri;
            if self.skills.iter().any(|one| one.entry().uri == *uri) {
                self.problems.push(format!("skill {uri:?} is there twice"));
            }
            self.skills.push(skill);
        }
        self.renewed()
    }

    /// Returns the router without the skill whose `SKILL.md` is at this URI, if it has one.
    #[must_use]
    pub fn without_skill(mut self, uri: &str) -> Self {
        self.skills.retain(|skill| skill.entry().uri != uri);
        self.renewed()
    }

    /// Answers the methods of the extension.
    pub(super) fn answer_skills(&self, call: &Call) -> Outcome {
        let shelf = &self.snapshot().shelf;
        let uri = call.uri.as_ref().map_or("", |uri| uri.as_str());
        match &call.method {
            Method::SkillsList => shelf.list.page(call.cursor.as_ref(), self.cache),
            Method::SkillsGet => shelf.entry(uri, self.cache),
            _ => shelf.directory(uri, call),
        }
    }

    /// Returns what the file of a skill holds, if there is one at `uri`.
    pub(super) fn skill_file(&self, uri: &str) -> Option<ResourceContents> {
        self.snapshot().shelf.files.get(uri)?.read(uri)
    }

    /// Returns the resources and skills that are at one URI.
    pub(super) fn resources_in_skills(&self) -> impl Iterator<Item = String> {
        let ours = self.resources.iter().map(|one| &one.resource.uri);
        ours.filter(|uri| self.skill_file(uri).is_some())
            .map(|uri| format!("resource {uri:?} is a file of a skill, too"))
    }
}

// === impl Shelf ===

impl Shelf {
    pub(super) fn of(skills: &[Skill], page_size: usize) -> Self {
        let entries: Vec<_> = skills.iter().map(Skill::entry).collect();
        let by_uri = |skill: &Skill| (skill.entry().uri.clone(), skill.clone());
        let files = |skill: &Skill| {
            let listed = skill.entry().resources.listed().to_vec();
            let skill = skill.clone();
            listed
                .into_iter()
                .map(move |file| (file.uri, skill.clone()))
        };
        Self {
            list: List::new("skills", &entries, page_size),
            entries: skills.iter().map(by_uri).collect(),
            files: skills.iter().flat_map(files).collect(),
            directories: directories(skills)
                .into_iter()
                .map(|(uri, children)| {
                    let children: Vec<_> = children.into_values().collect();
                    (uri, List::new("resources", &children, page_size))
                })
                .collect(),
        }
    }

    /// Returns whether it lists the same skills, with the same files.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.list == other.list
    }

    /// Returns the URIs of files that are in `old`, too, and hold something else there.
    pub(super) fn changed_since<'a>(&'a self, old: &'a Self) -> impl Iterator<Item = &'a str> {
        self.files.iter().filter_map(|(uri, skill)| {
            let before = old.files.get(uri)?.entry().file(uri);
            (skill.entry().file(uri) != before).then_some(uri.as_str())
        })
    }

    fn entry(&self, uri: &str, cache: CacheHint) -> Outcome {
        let Some(skill) = self.entries.get(uri) else {
            return Failure::invalid_params(format_args!(
                "no skill is served at {uri:?}; `uri` names a SKILL.md, as skills/list shows it"
            ))
            .into();
        };
        Outcome::Complete(Complete {
            result: json!({ "skill": skill.entry() }).into(),
            meta: None,
            cache: Some(cache),
        })
    }

    fn directory(&self, uri: &str, call: &Call) -> Outcome {
        match self.directories.get(uri) {
            // It is what is there now, and no list that may be kept.
            Some(children) => children.page(call.cursor.as_ref(), None),
            None if self.files.contains_key(uri) => {
                Failure::invalid_params(format_args!("{uri:?} is no directory, but a file")).into()
            }
            None => Failure::invalid_params(format_args!(
                "no directory is served at {uri:?}; a skill's is the URI of its SKILL.md without \
                 /SKILL.md"
            ))
            .into(),
        }
    }
}

/// Returns the children of every directory of every skill, each by its URI.
fn directories(skills: &[Skill]) -> BTreeMap<String, BTreeMap<String, Resource>> {
    let mut all: BTreeMap<String, BTreeMap<String, Resource>> = BTreeMap::new();
    for skill in skills {
        let Some(root) = skill.entry().directory() else {
            continue;
        };
        for file in skill.resources() {
            let mut child = file;
            while let Some((parent, _)) = child.uri.rsplit_once('/') {
                let parent = parent.to_owned();
                let children = all.entry(parent.clone()).or_default();
                // A skill within another introduces itself, where the other sees a file of its own.
                if child.description.is_some() || !children.contains_key(&child.uri) {
                    children.insert(child.uri.clone(), child);
                }
                if parent == root {
                    break;
                }
                child = directory(&parent);
            }
        }
    }
    all
}

fn directory(uri: &str) -> Resource {
    let name = uri.rsplit('/').next().unwrap_or_default();
    let mut resource = Resource::new(uri, name);
    resource.mime_type = Some(DIRECTORY.to_owned());
    resource
}

/// What a server with skills says of them: their directories can be read.
pub(super) fn settings() -> (&'static str, Value) {
    (SKILLS, json!({ "directoryRead": true }))
}
