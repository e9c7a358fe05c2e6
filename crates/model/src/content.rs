//! The blocks a tool's answer or a prompt is made of.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// One block of content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    #[serde(rename_all = "camelCase")]
    Image {
        /// The picture's bytes in Base64.
        data: String,
        /// Its media type.
        mime_type: String,
    },
    /// A sound.
    #[serde(rename_all = "camelCase")]
    Audio {
        /// The sound's bytes in Base64.
        data: String,
        /// Its media type.
        mime_type: String,
    },
    /// A resource, held inside.
    Resource {
        /// The resource's contents.
        resource: ResourceContents,
    },
    /// A resource that the client may read.
    ResourceLink {
        /// Where it is.
        uri: String,
        /// Its name.
        name: String,
    },
}

/// What a resource holds: text, or bytes in Base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceContents {
    /// The resource's URI.
    pub uri: String,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The text, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in Base64, if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
}

// === impl Content ===

impl Content {
    /// Returns a block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// Returns a picture from its bytes.
    pub fn image(data: impl AsRef<[u8]>, mime: impl Into<String>) -> Self {
        Self::Image {
            data: STANDARD.encode(data),
            mime_type: mime.into(),
        }
    }

    /// Returns a sound from its bytes.
    pub fn audio(data: impl AsRef<[u8]>, mime: impl Into<String>) -> Self {
        Self::Audio {
            data: STANDARD.encode(data),
            mime_type: mime.into(),
        }
    }

    /// Returns a resource held inside the answer.
    #[must_use]
    pub const fn resource(resource: ResourceContents) -> Self {
        Self::Resource { resource }
    }

    /// Returns a link to a resource that the client may read.
    pub fn link(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self::ResourceLink {
            uri: uri.into(),
            name: name.into(),
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

// === impl ResourceContents ===

impl ResourceContents {
    /// Returns a resource's text.
    pub fn text(uri: impl Into<String>, mime: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            mime_type: Some(mime.into()),
            text: Some(text.into()),
            blob: None,
        }
    }

    /// Returns a resource's bytes.
    pub fn blob(uri: impl Into<String>, mime: impl Into<String>, data: impl AsRef<[u8]>) -> Self {
        Self {
            uri: uri.into(),
            mime_type: Some(mime.into()),
            text: None,
            blob: Some(STANDARD.encode(data)),
        }
    }
}
