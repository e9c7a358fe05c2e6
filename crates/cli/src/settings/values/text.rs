//! Values that are text of a certain form, which a function of [`forms`](crate::forms) or
//! [`day`](crate::day) judges.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    time::SystemTime,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{day, forms};

/// Makes a type of text: its name, what reads it, and how its form is called.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $read:expr, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(String);

        impl $name {
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: Result<String, String> = $read(&text);
                match read {
                    Ok(read) => Ok(Self(read)),
                    Err(form) => Err(de::Error::custom(format!("`{text}` does not go: {form}"))),
                }
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "x-form": $form})
            }
        }
    };
}

/// Makes those that a default of the library becomes.
macro_rules! has_default {
    ($($name:ident),+) => {$(
        impl $name {
            pub(crate) fn unchecked(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

has_default!(HostName, Origin, Filter, Route, Prefix, Net);

text!(
    /// A host that requests may be for.
    HostName, forms::host, "host or host:port"
);
text!(
    /// An origin whose pages may call.
    Origin, forms::origin, "origin"
);
text!(
    /// What is logged.
    Filter, forms::filter, "level, or filter"
);
text!(
    /// The path of the endpoint.
    Route, forms::path, "path"
);
text!(
    /// What stands before our paths as clients see them; nothing, or the beginning of a path.
    Prefix, |text: &str| if text.is_empty() { Ok(String::new()) } else { forms::path(text) },
    "path, or nothing"
);
text!(
    /// A proxy that is believed what it says of its clients.
    Net, forms::net, "address, network, or unix"
);
text!(
    /// What a caller may be allowed to do.
    Scope, forms::scope, "scope"
);
text!(
    /// How people know a caller, or a caller knows this server.
    Name, forms::name, "name"
);
text!(
    /// Which certificate.
    Fingerprint, forms::fingerprint, "SHA-256"
);

/// A day: `2027-06-30`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    text: String,
    begins: SystemTime,
}

/// A file or a folder. What a settings file says is read from that file's folder on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Place(PathBuf);

// === impl Day ===

impl Day {
    pub(crate) const fn begins(&self) -> SystemTime {
        self.begins
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match day::sunset(&text) {
            Ok(begins) => Ok(Self { text, begins }),
            Err(form) => Err(de::Error::custom(format!("`{text}` does not go: {form}"))),
        }
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "x-form": "day, as 2027-06-30"})
    }
}

// === impl Place ===

impl Place {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub(crate) fn as_path(&self) -> &Path {
        &self.0
    }
}

impl JsonSchema for Place {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Place".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "format": "path", "x-form": "file or folder"})
    }
}
