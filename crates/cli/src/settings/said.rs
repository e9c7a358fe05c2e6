//! What one place says of one key, and what it got wrong.

use std::fmt;

use serde_json::Value;

use super::key::Key;

/// A value for a key, and where it stands. No `Debug`: it may be a secret.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) key: &'static Key,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(super) layer: Layer,
    /// `tidegate.toml:3:1`, `PORT in the environment`, `--listen`.
    pub(super) place: String,
}

/// The layers, each stronger than those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Default,
    File,
    /// Names that are not ours, such as `PORT`, are weaker than those that can only mean us.
    EnvFileFallback,
    EnvironmentFallback,
    EnvFile,
    Environment,
    Flag,
}

/// Something that cannot be taken as a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: String,
    pub(super) what: String,
}

/// What a layer says, and what it got wrong.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) said: Vec<Said>,
    pub(super) faults: Vec<Fault>,
}

// === impl Origin ===

impl Origin {
    pub(super) fn new(layer: Layer, place: impl Into<String>) -> Self {
        Self {
            layer,
            place: place.into(),
        }
    }

    pub(super) fn default_value() -> Self {
        Self::new(Layer::Default, "default")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

// === impl Heard ===

impl Heard {
    /// Takes a value if it can be the key's.
    pub(super) fn say(&mut self, key: &'static Key, value: Value, origin: Origin) {
        match key.check(&value) {
            Ok(()) => self.said.push(Said { key, value, origin }),
            Err(what) => self.fault(origin.place, format!("{}: {what}", key.path)),
        }
    }

    /// Takes text as the key's value, if it can be.
    pub(super) fn say_text(&mut self, key: &'static Key, text: &str, origin: Origin) {
        match key.read(text) {
            Ok(value) => self.say(key, value, origin),
            Err(what) => self.fault(origin.place, format!("{}: {what}", key.path)),
        }
    }

    pub(super) fn fault(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.faults.push(Fault {
            place: place.into(),
            what: what.into(),
        });
    }
}

// === impl Fault ===

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
