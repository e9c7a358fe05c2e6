//! Who gives out tokens for a server: its own metadata names the authorization server, whose metadata
//! says how it is spoken to.
//!
//! ```text
//!   401 ─▶ resource_metadata of the challenge ─┐
//!          /.well-known/oauth-protected-resource/PATH, and without PATH ─┴▶ Resource ─▶ Issuer
//!          none of them: the server's own origin (2025-03-26) ───────────────────────────┘
//! ```

mod issuer;
mod resource;

use url::Url;

pub(crate) use self::issuer::Issuer;
use self::resource::Resource;
use super::{challenge::Challenge, net::Net, scopes::Scopes};
use crate::error::Error;

/// Who gives out tokens for a server.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The name of the server that tokens are for, letter for letter.
    pub(crate) resource: String,
    /// All that tokens of the server can be good for, as far as it says.
    pub(crate) scopes: Scopes,
    /// Who gives them out.
    pub(crate) issuer: Issuer,
    /// Whether the server said so itself.
    pub(crate) told: bool,
}

/// How many authorization servers of one server are tried: some name one a region.
const MOST_ISSUERS: usize = 8;

/// How long a name may be: what is longer is no address that anybody has.
const LONGEST: usize = 2048;

/// Finds out who gives out tokens for `server`.
///
/// # Errors
///
/// When documents contradict each other or the specification; nobody is asked for a token then.
pub(crate) async fn discover(
    net: &Net,
    server: &Url,
    challenge: &Challenge,
) -> Result<Found, Error> {
    let Some(resource) = Resource::of(net, server, challenge).await? else {
        tracing::debug!("the server has no metadata; it is its own authorization server");
        return Ok(Found {
            resource: resource::canonical(server),
            scopes: Scopes::default(),
            issuer: Issuer::at_origin(net, server).await?,
            told: false,
        });
    };
    let issuer = match resource.authorization_servers.as_deref() {
        None | Some([]) => Issuer::at_origin(net, server).await?,
        Some(names) => usable(net, names).await?,
    };
    Ok(Found {
        resource: resource.resource,
        scopes: resource.scopes_supported.unwrap_or_default(),
        issuer,
        told: true,
    })
}

/// Returns the first authorization server that can be used.
async fn usable(net: &Net, names: &[String]) -> Result<Issuer, Error> {
    for name in names.iter().take(MOST_ISSUERS) {
        if let Some(issuer) = Issuer::named(net, name).await? {
            return Ok(issuer);
        }
        tracing::debug!(issuer = name, "an authorization server has no metadata");
    }
    let first: String = names[0].chars().take(LONGEST).collect();
    Err(Error::auth(format_args!(
        "the server names {first:?} to log in at, which says nothing of how that is done (RFC 8414)",
    )))
}

/// Whether a text can be the name of a server: it is compared letter for letter, kept, and shown to
/// people. Reading it as a URL would pass over line breaks.
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
