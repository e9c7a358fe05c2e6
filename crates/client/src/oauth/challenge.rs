//! What a server says it wants (`WWW-Authenticate`, RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1).

use http::{HeaderMap, StatusCode, header};

use super::scopes::Scopes;

/// What a server wants before it serves a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// Whether a token has to be bound to a key.
    pub(crate) bound: bool,
    /// Where the server's own metadata is.
    pub(crate) resource_metadata: Option<String>,
    /// What a token has to be good for.
    pub(crate) scopes: Option<Scopes>,
    /// What was wrong with the one that was sent, as a word.
    pub(crate) error: Option<String>,
}

/// What an answer means for whoever logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A token, or another one.
    Token(Challenge),
    /// A token that is good for more.
    More(Challenge),
    /// The same, and with a number that the server gives (RFC 9449 §9).
    Nonce(Challenge),
}

/// The schemes that carry a token of OAuth.
const SCHEMES: [&str; 2] = ["Bearer", "DPoP"];

/// How many bytes of challenges are read: each is a sentence.
const LONGEST: usize = 8 * 1024;

// === impl Wanted ===

impl Wanted {
    /// Reads an answer. `None`: it wants nothing that a login gives.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        match status {
            StatusCode::UNAUTHORIZED => {
                let challenge = Challenge::read(headers).unwrap_or_default();
                if challenge.error.as_deref() == Some("use_dpop_nonce") {
                    return Some(Self::Nonce(challenge));
                }
                Some(Self::Token(challenge))
            }
            StatusCode::FORBIDDEN => Challenge::read(headers)
                .filter(|challenge| challenge.error.as_deref() == Some("insufficient_scope"))
                .map(Self::More),
            _ => None,
        }
    }
}

// === impl Challenge ===

impl Challenge {
    /// Reads the first challenge that is about tokens.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::WWW_AUTHENTICATE).iter();
        lines
            .filter_map(|line| line.to_str().ok())
            .filter(|line| line.len() <= LONGEST)
            .find_map(Self::in_line)
    }

    fn in_line(line: &str) -> Option<Self> {
        let challenges = http_auth::parse_challenges(line).ok()?;
        let about_tokens = |scheme: &str| SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(scheme));
        let found = challenges
            .into_iter()
            .find(|challenge| about_tokens(challenge.scheme))?;
        let of = |name: &str| {
            let mut params = found.params.iter();
            let (_, value) = params.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Some(value.to_unescaped())
        };
        Some(Self {
            bound: found.scheme.eq_ignore_ascii_case("DPoP"),
            resource_metadata: of("resource_metadata"),
            scopes: of("scope")
                .map(|scope| Scopes::read(&scope))
                .filter(|scopes| !scopes.is_empty()),
            error: of("error"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, lines: &[&'static str]) -> Option<Wanted> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::WWW_AUTHENTICATE, line.parse().expect("a header"));
        }
        Wanted::read(StatusCode::from_u16(status).expect("a status"), &headers)
    }

    #[test]
    fn the_challenge_about_tokens_is_found_among_others() {
        let line = "Basic realm=\"x, Bearer scope=\\\"no\\\"\", bearer scope=\"a b\", \
                    resource_metadata=\"https://a.example/m?x=1,2\", error=invalid_token";
        let Some(Wanted::Token(challenge)) = read(401, &["Negotiate", line]) else {
            panic!("a token is wanted");
        };
        assert_eq!(challenge.scopes, Some(Scopes::read("a b")));
        let metadata = challenge.resource_metadata.as_deref();
        assert_eq!(metadata, Some("https://a.example/m?x=1,2"));
        assert_eq!(challenge.error.as_deref(), Some("invalid_token"));
        assert!(!challenge.bound);
    }

    #[test]
    fn a_401_without_a_challenge_wants_a_token_all_the_same() {
        let blank = Some(Wanted::Token(Challenge::default()));
        assert_eq!(read(401, &[]), blank);
        assert_eq!(read(401, &["Bearer scope=\"never closed"]), blank);
        assert_eq!(read(401, &["Basic realm=\"x\""]), blank);
    }

    #[test]
    fn a_403_wants_more_only_if_it_says_so() {
        let more = "Bearer error=\"insufficient_scope\", scope=\"w\"";
        assert!(matches!(read(403, &[more]), Some(Wanted::More(_))));
        assert_eq!(read(403, &["Bearer"]), None);
        assert_eq!(read(403, &[]), None);
        assert_eq!(read(200, &[more]), None);
    }

    #[test]
    fn a_nonce_is_wanted_by_name() {
        let wanted = read(401, &["DPoP error=\"use_dpop_nonce\""]);
        assert!(matches!(wanted, Some(Wanted::Nonce(challenge)) if challenge.bound));
    }
}
