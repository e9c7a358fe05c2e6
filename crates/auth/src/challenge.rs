//! What a refusal says of how to come in: `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1).

use http::{HeaderValue, StatusCode};
use tidegate_model::Scopes;

use crate::{Refusal, Resource, resource::without_refresh};

/// How callers are told to come in.
#[derive(Clone, Debug, Default)]
pub struct Challenge {
    metadata: Option<Box<str>>,
}

// === impl Challenge ===

impl Challenge {
    /// Points to the document of a resource, for clients that can get a token themselves.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        Self {
            metadata: Some(resource.metadata_url().into()),
        }
    }

    /// Points nowhere: keys and tokens are handed out by people.
    #[must_use]
    pub const fn without_metadata() -> Self {
        Self { metadata: None }
    }

    /// Returns the challenge for a refusal; `needs` is what the request at hand needs. There is none
    /// when credentials would change nothing.
    #[must_use]
    pub fn refused(&self, refusal: &Refusal, needs: &Scopes) -> Option<HeaderValue> {
        let (error, why) = match refusal {
            Refusal::Missing => return Some(self.write(None, None, needs, false)),
            Refusal::Invalid(why) => ("invalid_token", why),
            Refusal::Malformed(why) => ("invalid_request", why),
            Refusal::Unavailable(_) => return None,
        };
        Some(self.write(Some(error), Some(why), needs, false))
    }

    /// Returns the challenge for a caller that is known and may not: it names every scope that the
    /// request needs, so that asking once is enough.
    #[must_use]
    pub fn insufficient(&self, needs: &Scopes) -> HeaderValue {
        self.write(Some("insufficient_scope"), None, needs, true)
    }

    fn write(
        &self,
        error: Option<&str>,
        why: Option<&str>,
        needs: &Scopes,
        scope_first: bool,
    ) -> HeaderValue {
        let scope = without_refresh(needs);
        let scope = (!scope.is_empty()).then(|| scope.to_string());
        let scope = ("scope", scope.as_deref());
        let metadata = ("resource_metadata", self.metadata.as_deref());
        let rest = if scope_first {
            [scope, metadata]
        } else {
            [metadata, scope]
        };
        let mut text = String::from("Bearer");
        for (name, value) in [("error", error), ("error_description", why)]
            .into_iter()
            .chain(rest)
        {
            if let Some(value) = value {
                push(&mut text, name, value);
            }
        }
        if text.len() == "Bearer".len() {
            // A scheme has one parameter at least.
            push(&mut text, "realm", "mcp");
        }
        HeaderValue::try_from(text).expect("printable ASCII")
    }
}

/// Adds a parameter. What cannot stand between quotes, or in a header, is left out.
fn push(text: &mut String, name: &str, value: &str) {
    let fits = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    let comma = if text.contains('=') { "," } else { "" };
    text.push_str(comma);
    text.push(' ');
    text.push_str(name);
    text.push_str("=\"");
    text.extend(value.chars().filter(fits));
    text.push('"');
}

// === impl Refusal ===

impl Refusal {
    /// Returns the status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid(_) => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge() -> Challenge {
        Challenge::of(&Resource::new("https://h", "/mcp").unwrap())
    }

    const METADATA: &str =
        "resource_metadata=\"https://h/.well-known/oauth-protected-resource/mcp\"";

    #[test]
    fn v18_the_challenges_letter_by_letter() {
        let read = Scopes::read("notes:read");
        let refused = |refusal| challenge().refused(&refusal, &read);
        assert_eq!(
            refused(Refusal::Missing).unwrap(),
            &format!("Bearer {METADATA}, scope=\"notes:read\"")
        );
        assert_eq!(
            refused(Refusal::Invalid("it has expired")).unwrap(),
            &format!(
                "Bearer error=\"invalid_token\", error_description=\"it has expired\", {METADATA}, \
                 scope=\"notes:read\""
            )
        );
        assert_eq!(
            challenge().insufficient(&Scopes::read("notes:write offline_access")),
            &format!("Bearer error=\"insufficient_scope\", scope=\"notes:write\", {METADATA}")
        );
        assert_eq!(refused(Refusal::Unavailable(1)), None);
        let malformed = refused(Refusal::Malformed("x")).unwrap();
        assert!(
            malformed
                .to_str()
                .unwrap()
                .starts_with("Bearer error=\"invalid_request\", ")
        );
    }

    #[test]
    fn without_a_document_there_is_still_a_parameter() {
        let plain = Challenge::without_metadata();
        let none = Scopes::default();
        assert_eq!(
            plain.refused(&Refusal::Missing, &none).unwrap(),
            "Bearer realm=\"mcp\""
        );
        assert_eq!(
            plain.insufficient(&none),
            "Bearer error=\"insufficient_scope\""
        );
    }

    #[test]
    fn nothing_breaks_out_of_its_quotes() {
        let needs: Scopes = ["a\"b", "c\r\nX-Evil: 1", "d\\", "\u{e4}"]
            .into_iter()
            .collect();
        let value = challenge().insufficient(&needs);
        let text = value.to_str().unwrap();
        assert_eq!(text.matches('"').count(), 6, "{text}");
        assert!(!text.contains('\\') && !text.contains('\n'));
    }

    #[test]
    fn statuses() {
        for (refusal, status) in [
            (Refusal::Missing, 401),
            (Refusal::Invalid(""), 401),
            (Refusal::Malformed(""), 400),
            (Refusal::Unavailable(1), 503),
        ] {
            assert_eq!(refusal.status(), status);
        }
    }
}
