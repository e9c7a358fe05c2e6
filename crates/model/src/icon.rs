//! Pictures that stand for a server, a tool, a resource or a prompt.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::lenient;

/// A picture, by where it is.
///
/// Whoever shows one treats it as a stranger's file: fetched without credentials, its bytes looked
/// at before its type is believed, SVG as the program it may be (2026-07-28 basic §Icons).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Icon {
    /// Where it is: `https:`, or `data:` with the picture inside.
    pub src: String,
    /// Its media type, if the place does not say it.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub mime_type: Option<String>,
    /// The sizes it is good for: `48x48`, or `any`.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub sizes: Vec<String>,
    /// The background it is drawn for.
    #[serde(
        default,
        deserialize_with = "lenient::read",
        skip_serializing_if = "Option::is_none"
    )]
    pub theme: Option<Theme>,
}

/// A background that an icon is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// A light one.
    Light,
    /// A dark one.
    Dark,
}

// === impl Icon ===

impl Icon {
    /// Returns the icon at `src`: an `https:` or `data:` URI.
    pub fn new(src: impl Into<String>) -> Self {
        Self {
            src: src.into(),
            mime_type: None,
            sizes: Vec::new(),
            theme: None,
        }
    }

    /// Returns an icon that carries its picture with it.
    pub fn embedded(data: impl AsRef<[u8]>, mime: impl Into<String>) -> Self {
        let mime = mime.into();
        Self::new(format!("data:{mime};base64,{}", STANDARD.encode(data))).mime(mime)
    }

    /// Sets the media type.
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime_type = Some(mime.into());
        self
    }

    /// Adds a size it is good for: `48x48`, or `any`.
    #[must_use]
    pub fn size(mut self, size: impl Into<String>) -> Self {
        self.sizes.push(size.into());
        self
    }

    /// Sets the background it is drawn for.
    #[must_use]
    pub const fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// Returns whether it is where an icon may be: anywhere else a client may not look.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        let scheme = self.src.split_once(':').map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| {
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("data")
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn icons_are_written_as_the_protocol_says() {
        let icon = Icon::new("https://example.org/a.png")
            .mime("image/png")
            .size("48x48")
            .theme(Theme::Dark);
        assert_eq!(
            serde_json::to_value(&icon).expect("JSON"),
            json!({"src": "https://example.org/a.png", "mimeType": "image/png",
                   "sizes": ["48x48"], "theme": "dark"})
        );
        assert_eq!(
            Icon::embedded([0, 1], "image/png").src,
            "data:image/png;base64,AAE="
        );
    }

    #[test]
    fn only_https_and_data_are_allowed() {
        for (src, allowed) in [
            ("https://a.example/i.png", true),
            ("HTTPS://a.example/i.png", true),
            ("data:image/png;base64,AA==", true),
            ("http://a.example/i.png", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("/i.png", false),
            ("", false),
        ] {
            assert_eq!(Icon::new(src).is_allowed(), allowed, "{src}");
        }
    }

    #[test]
    fn a_strange_theme_spoils_nothing() {
        let icon: Icon = serde_json::from_value(json!({
            "src": "data:,", "sizes": "48x48", "theme": "sepia"
        }))
        .expect("reads");
        assert_eq!(icon, Icon::new("data:,"));
    }
}
