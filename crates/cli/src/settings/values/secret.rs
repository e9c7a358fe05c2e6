//! What nobody is shown: read like any other value, told by nothing.

use std::{borrow::Cow, marker::PhantomData, ops::RangeInclusive};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A secret of a certain form. Printed as `…`, by `Debug` and in every output.
#[derive(Clone, Debug)]
pub(crate) struct Secret<F>(SecretString, PhantomData<F>);

/// What a secret looks like.
pub(crate) trait Form {
    /// How long it is.
    const LENGTH: RangeInclusive<usize>;
    /// What a settings file's schema says of it.
    const PATTERN: &'static str;
    /// How it is called among the forms of values.
    const NAME: &'static str;
    /// What is said of one that is none.
    const WRONG: &'static str;

    fn takes(byte: u8) -> bool;
}

/// What callers show: it goes behind `Authorization: Bearer` (RFC 6750 §2.1).
#[derive(Clone, Debug)]
pub(crate) struct Token;

/// What this server shows an issuer: characters that can be seen, and blanks (RFC 6749 §A.2).
#[derive(Clone, Debug)]
pub(crate) struct Password;

/// What stands where a secret would.
pub(crate) const REDACTED: &str = "…";

// === impl Form ===

impl Form for Token {
    // Fewer letters can be guessed; more fit in no header.
    const LENGTH: RangeInclusive<usize> = 16..=4096;
    const PATTERN: &'static str = "^[A-Za-z0-9._~+/=-]+$";
    const NAME: &'static str = "secret, at least 16 letters";
    const WRONG: &'static str = "a token is 16 to 4096 letters, digits and -._~+/=; \
        `openssl rand -base64 32` makes one";

    fn takes(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
    }
}

impl Form for Password {
    // It is the issuer's; how long it should be is for that to know.
    const LENGTH: RangeInclusive<usize> = 1..=1024;
    const PATTERN: &'static str = "^[ -~]+$";
    const NAME: &'static str = "secret";
    const WRONG: &'static str = "a client's secret is 1 to 1024 characters of ASCII";

    fn takes(byte: u8) -> bool {
        matches!(byte, b' '..=b'~')
    }
}

// === impl Secret ===

impl<F> Secret<F> {
    /// Returns the secret, for the one place that uses it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl<F> Serialize for Secret<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de, F: Form> Deserialize<'de> for Secret<F> {
    /// The error says the form, and nothing of what was there.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = String::deserialize(deserializer)
            .ok()
            .map(SecretString::from);
        let fits = |secret: &SecretString| {
            let secret = secret.expose_secret();
            F::LENGTH.contains(&secret.len()) && secret.bytes().all(F::takes)
        };
        let read = read.filter(fits).map(|secret| Self(secret, PhantomData));
        read.ok_or_else(|| de::Error::custom(F::WRONG))
    }
}

impl<F: Form> JsonSchema for Secret<F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": F::LENGTH.start(),
            "maxLength": F::LENGTH.end(),
            "pattern": F::PATTERN,
            "writeOnly": true,
            "x-form": F::NAME,
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
        let secret: Secret<Token> = from_value(json!(TOKEN)).unwrap();
        assert_eq!(secret.expose(), TOKEN);
        assert!(!format!("{secret:?}").contains(TOKEN));
        assert_eq!(json!(secret), json!("…"));
    }

    #[test]
    fn what_is_none_is_not_told_either() {
        for wrong in ["hunter2", "two words of hunter2", "hunter2-hunter2-\u{e9}"] {
            for value in [json!(wrong), json!([wrong]), json!({"token": wrong})] {
                let why = from_value::<Secret<Token>>(value).unwrap_err().to_string();
                assert!(
                    why.contains("openssl rand") && !why.contains("hunter2"),
                    "{why}"
                );
            }
        }
    }

    #[test]
    fn a_clients_secret_may_look_otherwise() {
        const SECRET: &str = "a b%&";
        let secret: Secret<Password> = from_value(json!(SECRET)).unwrap();
        assert_eq!(secret.expose(), SECRET);
        for wrong in ["", "hunter2\n", "hunter\u{e9}"] {
            let why = from_value::<Secret<Password>>(json!(wrong)).unwrap_err();
            assert!(!why.to_string().contains("hunter"), "{why}");
        }
    }
}
