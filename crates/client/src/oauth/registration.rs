//! Becoming known to an authorization server: by what was arranged before, by a document that the client
//! publishes, by registering, in this order (2026-07-28 client registration).

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    denied::printable,
    discovery::Issuer,
    dpop::unix_time,
    net::{Net, Said},
    party::{Party, Proof},
    redirect::Redirect,
    secret::Secret,
    settings::Settings,
    shelf::Shelf,
};
use crate::error::Error;

/// What a server answers to a registration (RFC 7591 §3.2).
#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<Secret>,
    token_endpoint_auth_method: Option<String>,
    /// In seconds since 1970; 0: never.
    client_secret_expires_at: Option<u64>,
}

/// Who the client is, and where its users come back to.
pub(crate) struct Known {
    pub(crate) party: Party,
    pub(crate) redirect: Redirect,
    /// The address that the server knows the redirect by.
    pub(crate) uri: String,
}

/// How long a client's name at a server may be.
const LONGEST: usize = 2048;

/// Makes the client known to `issuer`, for logins through a browser.
///
/// # Errors
///
/// When the server lets nobody register by themselves and nobody has registered the client.
pub(crate) async fn become_known(
    net: &Net,
    settings: &Settings,
    shelf: &Shelf,
    issuer: &Issuer,
) -> Result<Known, Error> {
    if let Some(party) = settings.given(issuer)? {
        return Known::at_any_port(party, settings.redirect_port).await;
    }
    if let Some(url) = settings.client_metadata_url.as_ref()
        && issuer.client_id_metadata_document_supported == Some(true)
    {
        let party = Party {
            id: check_document(url)?,
            secret: None,
            proof: Proof::None,
            redirect: None,
            expires: None,
            given: false,
        };
        return Known::at_any_port(party, settings.redirect_port).await;
    }
    if let Some(party) = shelf.party(&issuer.issuer).await?
        && party.expires.is_none_or(|at| at > unix_time())
        && let Some(known) = Known::at_its_port(party).await
    {
        return Ok(known);
    }
    let Some(endpoint) = &issuer.registration_endpoint else {
        return Err(Error::auth(format_args!(
            "{} lets no client register by itself; register one there, with the redirect URI \
             http://127.0.0.1/callback, and give its client id",
            issuer.issuer
        )));
    };
    let redirect = Redirect::open(settings.redirect_port).await?;
    let known = register(net, settings, issuer, endpoint, redirect).await?;
    shelf.keep_party(&issuer.issuer, &known.party).await?;
    Ok(known)
}

// === impl Known ===

impl Known {
    /// The server takes any port of this machine (RFC 8252 §7.3), or the one that was arranged.
    async fn at_any_port(party: Party, port: u16) -> Result<Self, Error> {
        let redirect = Redirect::open(port).await?;
        Ok(Self {
            party,
            uri: redirect.uri().to_owned(),
            redirect,
        })
    }

    /// The server has the port as a part of what it knows. `None`: somebody else has it now.
    async fn at_its_port(party: Party) -> Option<Self> {
        let uri = party.redirect.clone()?;
        let port = Url::parse(&uri).ok()?.port()?;
        let redirect = Redirect::open(port).await.ok()?;
        Some(Self {
            party,
            redirect,
            uri,
        })
    }
}

/// A client that names itself by a document is named by https, with a path (2026-07-28 client
/// registration §CIMD).
pub(crate) fn check_document(url: &Url) -> Result<String, Error> {
    if url.scheme() == "https" && url.path() != "/" && url.fragment().is_none() {
        return Ok(url.to_string());
    }
    Err(Error::input(
        "a client's metadata document is at an https URL with a path and no fragment",
    ))
}

/// RFC 7591.
async fn register(
    net: &Net,
    settings: &Settings,
    issuer: &Issuer,
    endpoint: &Url,
    redirect: Redirect,
) -> Result<Known, Error> {
    let mut uri = redirect.uri().to_owned();
    let mut said = post(net, endpoint, &request(settings, issuer, &uri)).await?;
    if error_of(&said).is_some_and(|error| error == "invalid_redirect_uri") {
        // Some know this machine by its name alone.
        uri = uri.replace("127.0.0.1", "localhost");
        said = post(net, endpoint, &request(settings, issuer, &uri)).await?;
    }
    let refused = |why: &str| {
        Error::auth(format_args!(
            "{} does not register this client: {why}; register one there by hand, and give its \
             client id",
            issuer.issuer
        ))
    };
    if !matches!(said.status, StatusCode::OK | StatusCode::CREATED) {
        let why = error_of(&said).unwrap_or_else(|| said.status.to_string());
        return Err(refused(&why));
    }
    let Some(registered) = said.json::<Registered>() else {
        return Err(refused("its answer names no client"));
    };
    let legal = |c: char| !c.is_control();
    if registered.client_id.is_empty()
        || registered.client_id.len() > LONGEST
        || !registered.client_id.chars().all(legal)
    {
        return Err(refused("the name it gave is none"));
    }
    let told = registered.token_endpoint_auth_method.as_deref();
    let proof = match told.map(Proof::read) {
        Some(Some(Proof::PrivateKeyJwt) | None) => {
            return Err(refused("it wants a proof that was not asked for"));
        }
        Some(Some(proof)) if proof == Proof::None || registered.client_secret.is_some() => proof,
        _ => {
            // Some give a secret to whoever registers and then take none.
            let secret = registered.client_secret.is_some();
            match Proof::choose(secret, false, issuer) {
                Err(_) if issuer.takes("none") => Proof::None,
                chosen => chosen?,
            }
        }
    };
    Ok(Known {
        party: Party {
            id: registered.client_id,
            secret: registered.client_secret.filter(|_| proof != Proof::None),
            proof,
            redirect: Some(uri.clone()),
            expires: registered.client_secret_expires_at.filter(|at| *at != 0),
            given: false,
        },
        redirect,
        uri,
    })
}

/// What it may ask for later is left open: a client that steps up asks for more than it did at first.
fn request(settings: &Settings, issuer: &Issuer, redirect: &str) -> Value {
    // Whoever keeps no secret cannot lose one; a secret in a program that users have is none.
    let silent = issuer.token_endpoint_auth_methods_supported.is_none();
    let wishes = ["none", "client_secret_basic", "client_secret_post"];
    let wish = wishes.into_iter().find(|method| issuer.takes(method));
    let proof = wish.filter(|_| !silent).unwrap_or("none");
    json!({
        "client_name": settings.client_name,
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": proof,
        // It comes back to this machine (2026-07-28 client registration §DCR).
        "application_type": "native",
    })
}

async fn post(net: &Net, endpoint: &Url, asked: &Value) -> Result<Said, Error> {
    net.post(
        endpoint,
        "application/json",
        HeaderMap::new(),
        asked.to_string(),
    )
    .await
}

fn error_of(said: &Said) -> Option<String> {
    if said.status.is_success() {
        return None;
    }
    let body: Value = said.json()?;
    body["error"].as_str().map(printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_https_and_a_path() {
        for (url, fine) in [
            ("https://a.example/client.json", true),
            ("https://a.example/", false),
            ("http://a.example/client.json", false),
            ("https://a.example/client.json#x", false),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(check_document(&url).is_ok(), fine, "{url}");
        }
    }
}
