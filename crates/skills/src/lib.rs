//! Skills: directories of files that teach a model how to do something (SEP-2640).
//!
//! ```text
//!   a directory ──▶ files ──▶ Skill { entry: front matter, digests, sizes; content }   a server's side
//!   an entry, bytes that were read ──▶ verify ──▶ the same bytes, or why not           a client's side
//! ```
//!
//! A [`Skill`] is made of bytes that stay as they are, so what its entry says of them stays true.
//! With the feature `files`, [`Skill::all_in`] reads every skill of a directory. [`verify`] and
//! [`same_front_matter`] are what a client does with what it reads.
//!
//! Left to others: the methods and their pages (`tidegate-handler`), the reading
//! (`tidegate-client`).
//!
//! ```
//! use tidegate_skills::Skill;
//!
//! let text = "---\nname: greet\ndescription: Greets people.\n---\n\nSay hello.\n";
//! let skill = Skill::new("greet", [("SKILL.md", text)])?;
//! assert_eq!(skill.entry().uri, "skill://greet/SKILL.md");
//! assert_eq!(skill.entry().description(), "Greets people.");
//! # Ok::<(), tidegate_skills::SkillError>(())
//! ```

mod error;
mod path;
mod front_matter;
mod verify;
mod skill;
#[cfg(feature = "files")]
mod files;

pub use self::{
    error::SkillError,
    front_matter::same_front_matter,
    path::{escaped, is_skill_name, resolve},
    skill::Skill,
    verify::{Mismatch, digest, verify},
};
