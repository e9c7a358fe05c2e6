//! The blocks a tool's answer or a prompt is made of.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ContentAnnotations, Resource, lenient};

/// One block of content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text {
        /// The text.
        text: String,
        /// What is said about the block.
        #[serde(flatten)]
        notes: Notes,
    },
    /// A picture.
    #[serde(rename_all = "camelCase")]
    Image {
        /// The picture's bytes in Base64.
        data: String,
        /// Its media type.
        mime_type: String,
        /// What is said about the block.
        #[serde(flatten)]
        notes: Notes,
    },
    /// A sound.
    #[serde(rename_all = "camelCase")]
    Audio {
        /// The sound's bytes in Base64.
        data: String,
        /// Its media type.
        mime_type: String,
        /// What is said about the block.
        #[serde(flatten)]
        notes: Notes,
    },
    /// A resource, held inside.
    Resource {
        /// The resource's contents.
        resource: ResourceContents,
        /// What is said about the block.
        #[serde(flatten)]
        notes: Notes,
    },
    /// A resource that the client may read, with all that a list says of one.
    ResourceLink(Box<Resource>),
    /// A block of a kind that this version does not know, as it came. Written again, it is the same.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

/// What is said about a block of content, beside what it says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// For whom it is, and how much it matters.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub annotations: Option<Box<ContentAnnotations>>,
    /// What extensions and applications add.
    #[serde(
        default,
        rename = "_meta",
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub meta: Option<Box<Map<String, Value>>>,
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
    /// What extensions and applications add.
    #[serde(
        default,
        rename = "_meta",
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub meta: Option<Map<String, Value>>,
}

// === impl Content ===

impl Content {
    /// Returns a block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            notes: Notes::default(),
        }
    }

    /// Returns a picture from its bytes.
    pub fn image(data: impl AsRef<[u8]>, mime: impl Into<String>) -> Self {
        Self::Image {
            data: STANDARD.encode(data),
            mime_type: mime.into(),
            notes: Notes::default(),
        }
    }

    /// Returns a sound from its bytes.
    pub fn audio(data: impl AsRef<[u8]>, mime: impl Into<String>) -> Self {
        Self::Audio {
            data: STANDARD.encode(data),
            mime_type: mime.into(),
            notes: Notes::default(),
        }
    }

    /// Returns a resource held inside the answer.
    #[must_use]
    pub fn resource(resource: ResourceContents) -> Self {
        Self::Resource {
            resource,
            notes: Notes::default(),
        }
    }

    /// Returns a link to a resource that the client may read. More can be said of it: a
    /// [`Resource`] is a link too.
    pub fn link(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self::ResourceLink(Box::new(Resource::new(uri, name)))
    }

    /// Says for whom the block is, and how much it matters. A block of an unknown kind stays as it
    /// is.
    #[must_use]
    pub fn with_annotations(mut self, annotations: ContentAnnotations) -> Self {
        match &mut self {
            Self::Text { notes, .. }
            | Self::Image { notes, .. }
            | Self::Audio { notes, .. }
            | Self::Resource { notes, .. } => notes.annotations = Some(Box::new(annotations)),
            Self::ResourceLink(link) => link.annotations = Some(annotations),
            Self::Other(_) => {}
        }
        self
    }

    /// Adds an entry of `_meta`. A block of an unknown kind stays as it is.
    #[must_use]
    pub fn with_meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let meta = match &mut self {
            Self::Text { notes, .. }
            | Self::Image { notes, .. }
            | Self::Audio { notes, .. }
            | Self::Resource { notes, .. } => &mut **notes.meta.get_or_insert_default(),
            Self::ResourceLink(link) => link.meta.get_or_insert_default(),
            Self::Other(_) => return self,
        };
        meta.insert(key.into(), value.into());
        self
    }

    /// Returns for whom the block is, and how much it matters.
    #[must_use]
    pub fn annotations(&self) -> Option<&ContentAnnotations> {
        match self {
            Self::Text { notes, .. }
            | Self::Image { notes, .. }
            | Self::Audio { notes, .. }
            | Self::Resource { notes, .. } => notes.annotations.as_deref(),
            Self::ResourceLink(link) => link.annotations.as_ref(),
            Self::Other(_) => None,
        }
    }

    /// Returns the block's `_meta`.
    #[must_use]
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Text { notes, .. }
            | Self::Image { notes, .. }
            | Self::Audio { notes, .. }
            | Self::Resource { notes, .. } => notes.meta.as_deref(),
            Self::ResourceLink(link) => link.meta.as_ref(),
            Self::Other(block) => block.get("_meta").and_then(Value::as_object),
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

impl From<Resource> for Content {
    fn from(link: Resource) -> Self {
        Self::ResourceLink(Box::new(link))
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
            meta: None,
        }
    }

    /// Returns a resource's bytes.
    pub fn blob(uri: impl Into<String>, mime: impl Into<String>, data: impl AsRef<[u8]>) -> Self {
        Self {
            uri: uri.into(),
            mime_type: Some(mime.into()),
            text: None,
            blob: Some(STANDARD.encode(data)),
            meta: None,
        }
    }

    /// Adds an entry of `_meta`.
    #[must_use]
    pub fn with_meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let meta = self.meta.get_or_insert_default();
        meta.insert(key.into(), value.into());
        self
    }
}

#[cfg(test)]
mod tests;
