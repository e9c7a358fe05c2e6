//! Why something is no skill.

use std::{error::Error, fmt};

/// Why something is no skill: a sentence that names the skill and says how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillError(String);

// === impl SkillError ===

impl SkillError {
    pub(crate) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }

    /// Says of which skill it is.
    pub(crate) fn of(skill: &str, why: impl fmt::Display) -> Self {
        Self(format!("skill {skill:?}: {why}"))
    }
}

impl fmt::Display for SkillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for SkillError {}
