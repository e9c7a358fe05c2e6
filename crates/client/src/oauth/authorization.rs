//! The way through a user's browser: where it is sent, and whether what comes back is what was asked
//! for (RFC 6749 §4.1, RFC 7636, RFC 9207).

use url::Url;

use super::{
    denied::printable, discovery::Found, key, party::Party, scopes::Scopes, secret::Secret,
};
use crate::error::Error;

/// A login that a browser is on its way with.
pub(crate) struct Authorization {
    /// Where the browser goes.
    pub(crate) url: Url,
    /// Who was asked, and whether they always say so in what comes back.
    issuer: String,
    says_issuer: bool,
    state: Secret,
    /// What proves that whoever brings the code has asked for it.
    pub(crate) verifier: Secret,
}

/// What came back.
pub(crate) enum Back {
    /// Nothing that was asked for here: somebody else's page, most likely.
    Stranger,
    /// The code that a token is had for.
    Code(Secret),
    Failed(Error),
}

// === impl Authorization ===

impl Authorization {
    /// Begins: makes the address that the browser is sent to.
    pub(crate) fn begin(
        found: &Found,
        party: &Party,
        redirect: &str,
        scopes: &Scopes,
    ) -> Result<Self, Error> {
        let mut url = found.issuer.authorization_endpoint()?.clone();
        let (state, verifier) = (key::random()?, key::random()?);
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &party.id)
                .append_pair("redirect_uri", redirect)
                .append_pair("state", &state)
                .append_pair("code_challenge", &key::sha256(&verifier))
                .append_pair("code_challenge_method", "S256")
                .append_pair("resource", &found.resource);
            if !scopes.is_empty() {
                query.append_pair("scope", &scopes.to_string());
            }
            if scopes.has("offline_access") {
                // Without it OpenID providers leave that scope aside (Core §11).
                query.append_pair("prompt", "consent");
            }
        }
        Ok(Self {
            url,
            issuer: found.issuer.issuer.clone(),
            says_issuer: found
                .issuer
                .authorization_response_iss_parameter_supported
                .unwrap_or_default(),
            state: state.into(),
            verifier: verifier.into(),
        })
    }

    /// Judges what the browser brought back.
    pub(crate) fn judge(&self, query: &str) -> Back {
        let of = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        let same = |state: String| {
            let (ours, theirs) = (self.state.reveal().as_bytes(), state.as_bytes());
            aws_lc_rs::constant_time::verify_slices_are_equal(ours, theirs).is_ok()
        };
        if !of("state").is_some_and(same) {
            return Back::Stranger;
        }
        // Before anything else of it is believed, or shown.
        if let Err(error) = self.check_issuer(of("iss").as_deref()) {
            return Back::Failed(error);
        }
        match (of("code"), of("error")) {
            (Some(code), None) if !code.is_empty() => Back::Code(code.into()),
            (_, Some(error)) => {
                let more = of("error_description");
                let more = more.map(|more| format!(": {}", printable(&more)));
                Back::Failed(Error::auth(format_args!(
                    "{} refused the login: {}{}",
                    self.issuer,
                    printable(&error),
                    more.unwrap_or_default()
                )))
            }
            _ => Back::Failed(Error::auth(format_args!(
                "{} sent the browser back with neither a code nor a reason",
                self.issuer
            ))),
        }
    }

    /// 2026-07-28 authorization §Authorization Response Validation: letter for letter.
    fn check_issuer(&self, said: Option<&str>) -> Result<(), Error> {
        match said {
            Some(said) if said == self.issuer => Ok(()),
            None if !self.says_issuer => Ok(()),
            Some(_) => Err(Error::auth(format_args!(
                "the browser was sent to {} and came back from somebody else (iss); \
                 nothing of what it brought is used",
                self.issuer
            ))),
            None => Err(Error::auth(format_args!(
                "{} always says who it is when it sends a browser back, and this time nobody did \
                 (iss); nothing of what it brought is used",
                self.issuer
            ))),
        }
    }
}

/// Checks that an address may be opened in a browser: https, or http on this machine. Anything else can
/// be a program (2026-07-28 security best practices §OAuth Authorization URL Validation).
///
/// # Errors
///
/// When it may not.
pub fn check_browsable(url: &Url) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if crate::link::is_loopback(url) => Ok(()),
        scheme => Err(Error::auth(format_args!(
            "the address to log in at begins with {scheme}: and is not opened; \
             a login is at https:, or at http: on this machine"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{discovery::Issuer, party::Proof};

    fn begun(says_issuer: bool) -> Authorization {
        let url = |text| Some(Url::parse(text).expect("a URL"));
        let found = Found {
            resource: "https://a.example".to_owned(),
            scopes: Scopes::default(),
            issuer: Issuer {
                issuer: "https://as.example".to_owned(),
                authorization_endpoint: url("https://as.example/authorize?tenant=1"),
                code_challenge_methods_supported: Some(vec!["S256".to_owned()]),
                authorization_response_iss_parameter_supported: Some(says_issuer),
                ..Issuer::default()
            },
            told: true,
        };
        let party = Party {
            id: "me".to_owned(),
            secret: None,
            proof: Proof::None,
            redirect: None,
            expires: None,
            given: true,
        };
        let redirect = "http://127.0.0.1:1/callback";
        Authorization::begin(&found, &party, redirect, &Scopes::read("a b")).expect("begun")
    }

    /// Checklist V21, and the rest of RFC 9207's table.
    #[test]
    fn who_sent_the_browser_back_is_checked_letter_for_letter() {
        let ours = "https://as.example";
        for (advertised, iss, accepted) in [
            (true, Some(ours), true),
            (true, None, false),
            (true, Some("https://as.example/"), false),
            (true, Some("https://AS.example"), false),
            (true, Some("https://evil.example"), false),
            (true, Some(""), false),
            (false, None, true),
            (false, Some(ours), true),
            (false, Some("https://as.example/"), false),
            (false, Some("https://evil.example"), false),
        ] {
            for outcome in [
                "code=c0de",
                "error=access_denied&error_description=click+here",
            ] {
                let begun = begun(advertised);
                let mut query = format!("{outcome}&state={}", begun.state.reveal());
                if let Some(iss) = iss {
                    query.push_str("&iss=");
                    query.extend(form_urlencoded::byte_serialize(iss.as_bytes()));
                }
                let case = format!("{advertised} {iss:?} {outcome}");
                match begun.judge(&query) {
                    Back::Code(code) => {
                        assert!(accepted, "{case}");
                        assert_eq!(code.reveal(), "c0de");
                    }
                    Back::Failed(error) => {
                        let shown = error.to_string().contains("click here");
                        assert_eq!(shown, accepted, "{case}: {error}");
                        let good = accepted && outcome.starts_with("code");
                        assert!(!good, "{case}: {error}");
                    }
                    Back::Stranger => panic!("{case}"),
                }
            }
        }
    }

    #[test]
    fn whoever_does_not_know_the_state_is_a_stranger() {
        let begun = begun(false);
        let nearly = &begun.state.reveal()[1..];
        for query in [
            "",
            "code=c",
            "code=c&state=",
            &format!("code=c&state={nearly}"),
        ] {
            assert!(matches!(begun.judge(query), Back::Stranger), "{query}");
        }
    }

    #[test]
    fn the_browser_is_sent_with_all_that_is_needed() {
        let begun = begun(false);
        let pairs: Vec<(String, String)> = begun.url.query_pairs().into_owned().collect();
        let of = |name: &str| {
            let mut found = pairs.iter().filter(|(known, _)| known == name);
            let value = found.next().map(|(_, value)| value.as_str());
            assert!(found.next().is_none(), "{name} is there once");
            value.unwrap_or_default()
        };
        assert_eq!(of("tenant"), "1");
        assert_eq!(of("response_type"), "code");
        assert_eq!(of("resource"), "https://a.example", "letter for letter");
        assert_eq!(of("scope"), "a b");
        assert_eq!(of("code_challenge_method"), "S256");
        assert_eq!(of("code_challenge"), key::sha256(begun.verifier.reveal()));
        assert!(begun.verifier.reveal().len() >= 43);
    }

    #[test]
    fn no_browser_opens_a_program() {
        for (url, fine) in [
            ("https://as.example/authorize", true),
            ("http://127.0.0.1:1/authorize", true),
            ("http://localhost/authorize", true),
            ("http://as.example/authorize", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("file:///etc/passwd", false),
            ("vbscript:x", false),
            ("calculator://x", false),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(check_browsable(&url).is_ok(), fine, "{url}");
        }
    }
}
