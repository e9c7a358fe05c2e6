//! What a client command shows a server: a token, headers, a login that is kept; and whom it trusts.

use std::{
    env, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use tidegate::client::{
    self, Builder, PlainClient, Target,
    oauth::{FileStore, OAuth, Secret, check_browsable},
};
use url::Url;

use crate::error::{Error, Kind};

// A plain comment: clap would take a doc comment for the help of every command that flattens this.
// What a client command shows a server, and whom it trusts.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Credentials {
    /// A header for every request, as in 'X-Api-Key: …'; may be given again
    #[arg(long, value_name = "NAME:VALUE", help_heading = "Connection")]
    pub(crate) header: Vec<Header>,

    /// A token for every request; better in the variable TIDEGATE_TOKEN
    ///
    /// Other users of the machine see what is typed here, and the shell keeps it; nobody sees the
    /// variable. Without either, a login is used that `tidegate login` has kept.
    // Many a token is Base64 for URLs, and may begin with a hyphen.
    #[arg(
        long,
        value_name = "TOKEN",
        value_parser = secret,
        allow_hyphen_values = true,
        help_heading = "Connection"
    )]
    token: Option<Secret>,

    /// A file of certificates in PEM to trust beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    cacert: Option<PathBuf>,
}

/// One header of the command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The variable that a token is read from.
const TOKEN: &str = "TIDEGATE_TOKEN";

/// What a request is shown with.
enum Shown {
    Token(Secret),
    /// A kept login, if there is one.
    Login(Box<OAuth>),
    Nothing,
}

// === impl Credentials ===

impl Credentials {
    /// Gives a client of `target` what it shows.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or the variable holds no text.
    pub(crate) fn give(&self, mut builder: Builder, target: &Target) -> Result<Builder, Error> {
        for header in &self.header {
            builder = builder.header(&header.name, &header.value);
        }
        if let Some(pem) = pem(self.cacert.as_deref())? {
            builder = builder.ca_certificate(&pem);
        }
        let url = match target {
            Target::Http(url) | Target::HttpSse(url) | Target::WebSocket(url) => url,
            _ if self.token.is_some() => {
                let error = "a command on stdio is shown no token; give it what it needs in its \
                             environment";
                return Err(Error::new(Kind::Usage, error));
            }
            _ => return Ok(builder),
        };
        Ok(match self.shown(url)? {
            Shown::Token(token) => builder.token(token.reveal()),
            Shown::Login(oauth) => builder.oauth(*oauth),
            Shown::Nothing => builder,
        })
    }

    /// Gives a client of plain streams beside the endpoint at `url` what it shows.
    ///
    /// # Errors
    ///
    /// As for [`give`](Self::give), and when the client cannot take it.
    pub(crate) fn give_plain(
        &self,
        mut client: PlainClient,
        url: &Url,
    ) -> Result<PlainClient, Error> {
        let refused = |error: client::Error| Error::new(Kind::Usage, error);
        for header in &self.header {
            client = client
                .header(&header.name, &header.value)
                .map_err(refused)?;
        }
        if let Some(pem) = pem(self.cacert.as_deref())? {
            client = client.ca_certificate(&pem).map_err(refused)?;
        }
        match self.shown(url)? {
            Shown::Token(token) => client.token(token.reveal()),
            Shown::Login(oauth) => client.oauth(*oauth, url.as_str()),
            Shown::Nothing => Ok(client),
        }
        .map_err(refused)
    }

    /// Adds what mends a refusal of what was shown: `login`, if [a login](login_hint) would.
    pub(crate) fn hint(&self, refused: Error, login: Option<String>) -> Error {
        if let Some(login) = login {
            return refused.hint(login);
        }
        if self.token.is_some() || env::var_os(TOKEN).is_some_and(|token| !token.is_empty()) {
            return refused.hint(format!("the token is that of --token or {TOKEN}"));
        }
        refused.hint(format!(
            "give a token in the variable {TOKEN}, or a header with --header"
        ))
    }

    fn shown(&self, url: &Url) -> Result<Shown, Error> {
        if let Some(token) = self.given()? {
            return Ok(Shown::Token(token));
        }
        let own = self.header.iter().any(|header| header.is_authorization());
        // Nobody logs in over what others can read.
        if own || !may_log_in(url) {
            return Ok(Shown::Nothing);
        }
        // Without a home there are no logins.
        Ok(FileStore::standard()
            .map_or(Shown::Nothing, |store| Shown::Login(Box::new(kept(store)))))
    }

    fn given(&self) -> Result<Option<Secret>, Error> {
        if let Some(token) = &self.token {
            return Ok(Some(token.clone()));
        }
        match env::var(TOKEN) {
            Ok(token) if !token.trim().is_empty() => Ok(Some(token.trim().into())),
            Ok(_) | Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => {
                let error = format!("{TOKEN} holds no text");
                Err(Error::new(Kind::Usage, error))
            }
        }
    }
}

/// Returns whom to trust beside those the system trusts.
///
/// # Errors
///
/// When the file cannot be read.
pub(crate) fn pem(path: Option<&Path>) -> Result<Option<Vec<u8>>, Error> {
    let Some(path) = path else {
        return Ok(None);
    };
    fs::read(path).map(Some).map_err(|error| {
        let path = path.display();
        Error::new(Kind::Local, error).context(format_args!("cannot read {path}"))
    })
}

/// Returns how logins are used that are kept in `store`. A command does what its user could do by hand,
/// so private networks are open to it.
pub(crate) fn kept(store: FileStore) -> OAuth {
    OAuth::new().store(store).private_networks(true)
}

/// Returns how to log in at `target`, if that would mend an error.
pub(crate) fn login_hint(error: &client::Error, target: &str) -> Option<String> {
    if !error.wants_login() {
        return None;
    }
    // The URL too may be somebody else's words.
    let target = shlex::try_quote(target).ok()?;
    let mut hint = format!("log in: tidegate login {target}");
    for scope in error.wanted_scopes() {
        // The server's words go into somebody's shell.
        let scope = shlex::try_quote(scope).ok()?;
        hint.push_str(" --scope ");
        hint.push_str(&scope);
    }
    Some(hint)
}

/// Returns whether somebody may log in at an address: what is sent there is sealed, or stays here.
fn may_log_in(url: &Url) -> bool {
    let mut http = url.as_str().to_owned();
    if http.starts_with("ws") {
        http.replace_range(..2, "http");
    }
    Url::parse(&http).is_ok_and(|url| check_browsable(&url).is_ok())
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a result")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(text.into())
}

// === impl Header ===

impl Header {
    fn is_authorization(&self) -> bool {
        self.name.eq_ignore_ascii_case("authorization")
    }
}

impl FromStr for Header {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, value)) = text.split_once(':') else {
            return Err("write a header as NAME:VALUE, as in 'X-Api-Key: …'".to_owned());
        };
        // Whether a header may have such a name and value, and be given at all, the library says.
        Ok(Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let header: Header = "X-Key:  a:b ".parse().unwrap();
        assert_eq!(
            (header.name.as_str(), header.value.as_str()),
            ("X-Key", "a:b")
        );
        assert!(
            "X-Key"
                .parse::<Header>()
                .unwrap_err()
                .contains("NAME:VALUE")
        );
    }

    #[test]
    fn nobody_logs_in_over_what_others_can_read() {
        for (url, may) in [
            ("https://a.example/mcp", true),
            ("wss://a.example/ws", true),
            ("http://127.0.0.1:8080/mcp", true),
            ("ws://localhost:8080/ws", true),
            ("http://a.example/mcp", false),
            ("ws://10.0.0.1/ws", false),
        ] {
            assert_eq!(may_log_in(&Url::parse(url).unwrap()), may, "{url}");
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let credentials = Credentials {
            token: Some("s3cret".into()),
            ..Credentials::default()
        };
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }
}
