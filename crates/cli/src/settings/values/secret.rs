//! What nobody is shown: read like any other value, told by nothing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A secret that callers must show. Printed as `…`, by `Debug` and in every output.
#[derive(Clone, Debug)]
pub(crate) struct Secret(SecretString);

/// What stands where a secret would.
pub(crate) const REDACTED: &str = "…";

/// How long a secret is. Fewer letters can be guessed; more fit in no header.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=4096;

// === impl Secret ===

impl Secret {
    /// Returns the secret, for the one place that compares it.
    #[expect(dead_code, reason = "authentication takes it from here")]
    pub(crate) const fn get(&self) -> &SecretString {
        &self.0
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// The error says the form, and nothing of what was there.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = String::deserialize(deserializer)
            .ok()
            .map(SecretString::from);
        // What goes behind `Authorization: Bearer` (RFC 6750 §2.1).
        let fits = |secret: &SecretString| {
            let secret = secret.expose_secret();
            LENGTH.contains(&secret.len())
                && secret
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
        };
        read.filter(fits).map(Self).ok_or_else(|| {
            de::Error::custom(
                "a token is 16 to 4096 letters, digits and -._~+/=; `openssl rand -base64 32` makes one",
            )
        })
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": LENGTH.start(),
            "maxLength": LENGTH.end(),
            "pattern": "^[A-Za-z0-9._~+/=-]+$",
            "writeOnly": true,
            "x-form": "secret, at least 16 letters",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn nothing_tells_it() {
        const TOKEN: &str = "c29tZXRoaW5nLXNlY3JldA==";
        let secret: Secret = from_value(json!(TOKEN)).unwrap();
        assert_eq!(secret.0.expose_secret(), TOKEN);
        assert!(!format!("{secret:?}").contains(TOKEN));
        assert_eq!(json!(secret), json!("…"));
    }

    #[test]
    fn what_is_none_is_not_told_either() {
        for wrong in ["hunter2", "two words of hunter2", "hunter2-hunter2-\u{e9}"] {
            for value in [json!(wrong), json!([wrong]), json!({"token": wrong})] {
                let why = from_value::<Secret>(value).unwrap_err().to_string();
                assert!(
                    why.contains("openssl rand") && !why.contains("hunter2"),
                    "{why}"
                );
            }
        }
    }
}
