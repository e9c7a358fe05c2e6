//! How the callers of this server are known: from the settings to the library's authentication.

use std::{fs, net::SocketAddr, path::Path, sync::Arc};

use tidegate::{Handler, Server};
use tidegate_auth::{Auth, Policy, Record, Resource, Scopes, fetch::Web};

use super::keys::{self, KeyFile};
use crate::{
    error::{Error, Kind},
    settings::{Loaded, Place, Settings},
};

/// How callers are known, and what they may do.
pub(super) struct Callers {
    pub(super) ways: Ways,
    auth: Option<Auth>,
    policy: Policy,
    published: Option<Resource>,
    keys: Option<KeyFile>,
}

/// What callers show, for people.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// One each: `a key of keys.toml`.
    shown: Vec<String>,
    /// Whether one of them is a token or a key.
    pub(super) by_token: bool,
}

// === impl Callers ===

impl Callers {
    /// Reads what the settings name.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or what stands in it cannot be used.
    pub(super) fn read(loaded: &Loaded) -> Result<Self, Error> {
        let settings = &loaded.settings;
        let auth = &settings.auth;
        let policy = auth.scopes.policy();
        let policy = policy.map_err(|(key, why)| wrong(loaded, key, &why))?;
        let resource = settings.resource();
        let resource = resource.map_err(|error| wrong(loaded, "auth.public_url", &error))?;
        let ways = Ways::of(loaded);
        if !auth.knows_without_certificate() && !auth.certificates.is_used(is_alone(settings)) {
            if !policy.scopes().is_empty() {
                tracing::warn!(
                    "auth.scopes is set, and nobody can be known: what needs one is refused"
                );
            }
            return Ok(Self {
                ways,
                auth: None,
                policy,
                published: None,
                keys: None,
            });
        }
        let keys = auth
            .keys
            .as_ref()
            .map(|path| key_file(loaded, path.as_path()));
        let keys = keys.transpose()?;
        let known = builder(loaded, resource.as_ref(), keys.as_ref())?;
        let known = known.build();
        Ok(Self {
            ways,
            auth: Some(known.map_err(|error| Error::new(Kind::Usage, error))?),
            published: published(settings, resource, &policy)
                .map_err(|error| wrong(loaded, "auth.issuers", &error))?,
            policy,
            keys,
        })
    }

    /// Lets in nobody else than these.
    pub(super) fn guard<H: Handler>(self, server: Server<H>) -> Server<H> {
        let server = server.policy(self.policy);
        let server = match self.published {
            Some(resource) => server.protected_resource(resource),
            None => server,
        };
        let Some(auth) = self.auth else {
            return server;
        };
        if let (Some(file), Some(keys)) = (self.keys, auth.keys()) {
            tokio::spawn(keys::follow(file, keys.clone()));
        }
        server.authenticate(auth)
    }
}

/// Reads the file of keys, and warns of what is odd about it.
fn key_file(loaded: &Loaded, path: &Path) -> Result<KeyFile, Error> {
    let from = loaded.origins.of("auth.keys");
    let shown = path.display();
    let file = KeyFile::open(path).map_err(|error| {
        let error = Error::new(
            Kind::Local,
            format!("cannot read the keys in {shown}: {error}"),
        );
        error
            .hint(format!("auth.keys names the file ({from})"))
            .hint(format!(
                "`tidegate key new --name NAME --file {shown}` makes a key, and the file"
            ))
    })?;
    let records = Record::read_all(&file.text)
        .map_err(|error| Error::new(Kind::Usage, format!("{shown}: {error}")))?;
    if records.is_empty() {
        tracing::warn!(file = %shown, "there is no key in it yet: nobody can show one");
    }
    Ok(file)
}

/// Puts together all ways to be known.
fn builder(
    loaded: &Loaded,
    resource: Option<&Resource>,
    keys: Option<&KeyFile>,
) -> Result<tidegate_auth::Builder, Error> {
    let settings = &loaded.settings;
    let auth = &settings.auth;
    let wrong = |key| move |error: tidegate_auth::Error| wrong(loaded, key, &error);
    let hierarchy = auth.hierarchy().map_err(wrong("auth.implies"))?;
    let mut known = Auth::builder().hierarchy(hierarchy);
    if let Some(token) = &auth.token {
        let scopes = auth.token_scopes.as_ref();
        let scopes = scopes.map(|all| all.iter().map(|one| one.as_str()).collect::<Scopes>());
        known = known.token(token.expose(), scopes);
    }
    if let Some(file) = keys {
        known = known.keys(&*file.text);
    }
    for issuer in auth.trusted().map_err(wrong("auth.issuers"))? {
        known = known.issuer(issuer);
    }
    if let Some(asking) = auth.introspection.asking() {
        known = known.introspection(asking.map_err(wrong("auth.introspection.endpoint"))?);
    }
    let alone = is_alone(settings);
    if auth.certificates.is_used(alone) {
        let any = auth.certificates.any || alone;
        let certificates = auth.certificates.known(any);
        known = known.certificates(certificates.map_err(wrong("auth.certificates.known"))?);
    }
    if let Some(resource) = resource {
        known = known.resource(resource);
    }
    // Without issuers nothing is fetched, and a machine need not have any certificates.
    if auth.asks_issuers() {
        let web = web(auth.ca.as_ref().map(Place::as_path));
        known = known.fetch(Arc::new(web.map_err(|error| {
            let from = loaded.origins.of("auth.ca");
            error.hint(format!(
                "auth.ca names more authorities than the system's ({from})"
            ))
        })?));
    }
    Ok(known)
}

/// Returns what fetches issuers' keys.
fn web(ca: Option<&Path>) -> Result<Web, Error> {
    let roots = ca.map(|path| {
        fs::read(path).map_err(|error| {
            let what = format!("cannot read the authorities in {}: {error}", path.display());
            Error::new(Kind::Local, what)
        })
    });
    let roots = roots.transpose()?;
    let roots: Vec<_> = roots.iter().map(Vec::as_slice).collect();
    Web::new(&roots).map_err(|error| Error::new(Kind::Local, error))
}

/// Returns what is published of the endpoint: who issues tokens for it, and what clients may ask for.
fn published(
    settings: &Settings,
    resource: Option<Resource>,
    policy: &Policy,
) -> Result<Option<Resource>, tidegate_auth::Error> {
    let authorities = settings.auth.authorities();
    let Some(resource) = resource.filter(|_| !authorities.is_empty()) else {
        return Ok(None);
    };
    let resource = resource.name("tidegate").scopes(&policy.scopes());
    let resource = authorities
        .iter()
        .try_fold(resource, |resource, issuer| resource.issued_by(issuer));
    resource.map(Some)
}

/// Whether callers can be known by a certificate that each has to show, and by nothing else.
fn is_alone(settings: &Settings) -> bool {
    settings.tls.requires_certificates() && !settings.auth.knows_without_certificate()
}

/// Returns the error of a setting, with its place.
fn wrong(loaded: &Loaded, key: &str, why: &impl ToString) -> Error {
    let from = loaded.origins.of(key);
    Error::new(Kind::Usage, format!("{from}: {key}: {}", why.to_string()))
}

// === impl Ways ===

impl Ways {
    fn of(loaded: &Loaded) -> Self {
        let settings = &loaded.settings;
        let auth = &settings.auth;
        let mut shown = Vec::new();
        if auth.token.is_some() {
            shown.push(format!("the token ({})", loaded.origins.of("auth.token")));
        }
        if let Some(file) = &auth.keys {
            shown.push(format!("a key of {}", file.as_path().display()));
        }
        for issuer in auth.authorities() {
            shown.push(format!("a token of {issuer}"));
        }
        if let Some(endpoint) = &auth.introspection.endpoint
            && auth.introspection.issuer.is_none()
        {
            shown.push(format!("a token that {} knows", endpoint.as_str()));
        }
        let by_token = !shown.is_empty();
        if let Some(ca) = &settings.tls.client_ca
            && auth.certificates.is_used(is_alone(settings))
        {
            shown.push(format!("a certificate of {}", ca.as_path().display()));
        }
        Self { shown, by_token }
    }

    /// Says how callers are known, or who may call.
    pub(super) fn said(&self, listens: Option<SocketAddr>) -> String {
        match (self.shown.as_slice(), listens) {
            ([], None) => "whoever may open the socket may call".to_owned(),
            ([], Some(address)) if address.ip().is_loopback() => {
                "anyone on this machine may call".to_owned()
            }
            ([], Some(_)) => "anyone may call who reaches it".to_owned(),
            (shown, _) => format!("callers show {}", shown.join(", or ")),
        }
    }
}
