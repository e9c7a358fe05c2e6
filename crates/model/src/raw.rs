//! JSON and text as they arrived: shared slices of the message, never parsed into a model and printed again.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// One JSON value as text: valid, without line breaks between its tokens.
///
/// Cloning shares the bytes. Unknown fields, key order and big integers survive, because nothing
/// is decoded until somebody asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(Bytes);

/// A piece of UTF-8 text that shares the bytes of the message it came in.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Bytes);

// === impl Raw ===

impl Raw {
    /// Returns the JSON of `value`.
    ///
    /// # Errors
    ///
    /// When `value` cannot be written as JSON: a map whose keys are no strings, for example.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|json| Self(json.into()))
    }

    /// Takes bytes that are one JSON value already: what a scanner has passed or a serializer wrote.
    ///
    /// Nothing is checked here. Bytes that hold anything else make every message they go into
    /// unreadable for its receiver.
    #[must_use]
    pub const fn trusted(json: Bytes) -> Self {
        Self(json)
    }

    /// Returns the empty object, `{}`.
    #[must_use]
    pub const fn empty_object() -> Self {
        Self(Bytes::from_static(b"{}"))
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the JSON text as bytes.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Decodes the value into `T`.
    ///
    /// # Errors
    ///
    /// When the value has another shape than `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Raw {
    type Err = serde_json::Error;

    /// Takes JSON as it is written, in a file for example. Line breaks between its tokens go; all
    /// else stays, byte for byte.
    fn from_str(json: &str) -> Result<Self, serde_json::Error> {
        let _: &serde_json::value::RawValue = serde_json::from_str(json)?;
        // In valid JSON no line break stands anywhere but between tokens.
        let line: String = json.trim().replace(['\r', '\n'], "");
        Ok(Self(line.into()))
    }
}

impl From<serde_json::Value> for Raw {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

// === impl Text ===

impl Text {
    /// Takes bytes that are UTF-8; others become the empty text.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Self(bytes),
            Err(_) => Self(Bytes::new()),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_kept_as_it_is_written() {
        let raw: Raw = "{\r\n  \"b\": 1.0,\n  \"a\": 18446744073709551616\n}\n"
            .parse()
            .expect("JSON");
        assert_eq!(raw.as_str(), "{  \"b\": 1.0,  \"a\": 18446744073709551616}");
        assert!("{".parse::<Raw>().is_err());
        assert!("1\n2".parse::<Raw>().is_err());
    }
}
