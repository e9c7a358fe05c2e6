//! `tidegate login`: a login for a server, kept for the commands that call it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tidegate::{
    Client,
    client::{
        Target,
        oauth::{FileStore, Grant, LoggedIn, OAuth, Secret, SigningKey},
    },
};
use url::Url;

use crate::{
    credentials,
    error::{Error, Kind},
    json::Event,
    printable::printable,
    remote, runtime, show, signals, span,
};

const EXAMPLES: &str = "\
Examples:
  tidegate login https://mcp.example.com/mcp
  tidegate login https://mcp.example.com/mcp --no-browser --scope files:read
  tidegate login https://mcp.example.com/mcp --client-credentials --client-id robot \\
    --client-secret-file secret.txt

Then every command that calls the server has the login:
  tidegate list https://mcp.example.com/mcp";

/// Log in at a server that wants it (OAuth), and keep the login
///
/// Asks the server who gives out tokens for it, and opens your browser there; when you have logged in,
/// the browser comes back to this command. The login is kept in files that only you can read, is
/// renewed by itself where the server allows it, and is used by every command that calls the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The server: https://mcp.example.com/mcp
    #[arg(value_name = "SERVER")]
    target: Target,

    /// Do not open a browser; print the address to go to
    #[arg(long)]
    no_browser: bool,

    /// What the login has to be good for, beside what the server asks for; may be given again
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,

    /// The client's id, if somebody has registered it at the authorization server
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    /// The authorization server that the client was registered at; it is shown to no other
    ///
    /// Without it the client's id and secret go to whichever one the server names.
    #[arg(long, value_name = "URL", requires = "client_id")]
    issuer: Option<String>,

    /// A file with the client's secret; or set TIDEGATE_CLIENT_SECRET
    #[arg(long, value_name = "FILE", requires = "client_id")]
    client_secret_file: Option<PathBuf>,

    /// A file with the key that the client proves itself by, in PEM, in the place of a secret
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_id",
        conflicts_with = "client_secret_file"
    )]
    client_key_file: Option<PathBuf>,

    /// Log in as the client itself, with its secret or key, and without a browser
    #[arg(long, requires = "client_id")]
    client_credentials: bool,

    /// The port on 127.0.0.1 that the browser comes back to, if the server has to know it beforehand
    #[arg(long, value_name = "PORT")]
    redirect_port: Option<u16>,

    /// How long you may take, as in 90s or 10m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = span::parse)]
    timeout: Duration,

    /// A file of certificates in PEM to trust beside the system's
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,

    /// Print one JSON event: login
    #[arg(long)]
    pub(crate) json: bool,
}

/// The variable that a client's secret is read from.
const CLIENT_SECRET: &str = "TIDEGATE_CLIENT_SECRET";

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async { signals::or_interrupt(args.work()).await })
}

// === impl Args ===

impl Args {
    async fn work(&self) -> Result<(), Error> {
        let mut builder = Client::builder(&self.target.to_string());
        if let Some(pem) = credentials::pem(self.cacert.as_deref())? {
            builder = builder.ca_certificate(&pem);
        }
        let login = builder.oauth(self.oauth()?).login().await;
        self.tell(&login.map_err(explain)?)
    }

    fn oauth(&self) -> Result<OAuth, Error> {
        let mut oauth = credentials::kept(store()?)
            .scopes(self.scope.clone())
            .redirect_port(self.redirect_port.unwrap_or(0))
            .login_deadline(self.timeout);
        if self.client_credentials {
            oauth = oauth.grant(Grant::ClientCredentials);
        } else {
            let opens = !self.no_browser;
            oauth = oauth.browser(move |url| {
                go(url, opens);
                Ok(())
            });
        }
        if let Some(id) = &self.client_id {
            oauth = oauth.client(id);
        }
        if let Some(issuer) = &self.issuer {
            oauth = oauth.issuer(issuer);
        }
        if let Some(secret) = self.secret()? {
            oauth = oauth.client_secret(secret);
        }
        if let Some(path) = &self.client_key_file {
            let key = SigningKey::from_pem(&read(path)?);
            oauth = oauth.client_key(key.map_err(|error| Error::new(Kind::Usage, error))?);
        }
        Ok(oauth)
    }

    fn secret(&self) -> Result<Option<Secret>, Error> {
        if self.client_id.is_none() || self.client_key_file.is_some() {
            return Ok(None);
        }
        let text = match &self.client_secret_file {
            Some(path) => String::from_utf8(read(path)?).map_err(|_| {
                let path = path.display();
                Error::new(Kind::Usage, format!("{path} holds no text"))
            })?,
            None => env::var(CLIENT_SECRET).unwrap_or_default(),
        };
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.into()))
    }

    fn tell(&self, login: &LoggedIn) -> Result<(), Error> {
        if self.json {
            return show::event(&Event::Login {
                issuer: &login.issuer,
                resource: &login.resource,
                client: &login.client_id,
                scopes: &login.scopes,
                renews: login.renews,
                kept: &login.kept_in,
            });
        }
        let scopes = match login.scopes.is_empty() {
            true => String::new(),
            false => format!(", good for {}", login.scopes.join(" ")),
        };
        let end = match (login.renews, login.expires) {
            (true, _) => "it is renewed by itself".to_owned(),
            (false, Some(at)) => match at.duration_since(std::time::SystemTime::now()) {
                Ok(left) => format!("it ends in {} minutes", left.as_secs().div_ceil(60)),
                Err(_) => "it has ended already".to_owned(),
            },
            (false, None) => "the server does not say when it ends".to_owned(),
        };
        show::lines(&[
            format!("logged in at {}{scopes}", login.issuer),
            format!("for {}; {end}", login.resource),
            format!("kept in {}", login.kept_in),
        ])
    }
}

/// Returns where logins are kept.
pub(super) fn store() -> Result<FileStore, Error> {
    FileStore::standard().map_err(|error| Error::new(Kind::Local, error))
}

/// Turns the library's error into this command's, with what may mend it.
pub(super) fn explain(error: tidegate::client::Error) -> Error {
    Error::new(remote::kind(&error), error)
}

/// Sends the user to the login.
fn go(url: &Url, opens: bool) {
    let address = url.as_str();
    if opens {
        // A terminal's browser would hold this thread until its user is done.
        let url = address.to_owned();
        std::thread::spawn(move || {
            if let Err(error) = webbrowser::open(&url) {
                anstream::eprintln!(
                    "no browser could be opened: {}",
                    printable(&error.to_string())
                );
            }
        });
        anstream::eprintln!("your browser opens to log in; if it does not, go to:");
    } else {
        anstream::eprintln!("to log in, go to:");
    }
    anstream::eprintln!("{}", printable(address));
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| {
        let path = path.display();
        Error::new(Kind::Local, error).context(format_args!("cannot read {path}"))
    })
}
