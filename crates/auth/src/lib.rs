//! Who is calling: from what a request shows to a [`Principal`], or to why not.
//!
//! ```text
//!   Authorization: Bearer …  ┐                          ┌─▶ Verdict::Known    a principal, at once
//!   X-API-Key: …             ├─▶ Authenticate ──────────┼─▶ Verdict::Later    keys must be fetched first
//!   a client's certificate   ┘                          └─▶ Verdict::Refused  why not
//! ```
//!
//! Whoever serves asks once a request, keeps a verdict for as long as it says, and turns a
//! [`Refusal`] into a status and a [`Challenge`]. Nothing here opens a socket by itself: what must be
//! fetched goes through [`fetch::Fetch`].
//!
//! | a caller shows | and is known by |
//! | --- | --- |
//! | one token that somebody set | [`Builder::token`] |
//! | an API key, of which a file keeps the hash | [`Keys`] |
//! | a signed token of an issuer | [`Issuer`], whose keys are fetched and replaced |
//! | a token that only its issuer can read | [`Introspection`] |
//! | a certificate | [`Certificates`] |
//!
//! What a server says of itself, so that clients find who issues tokens for it, is a [`Resource`];
//! which scopes a request needs is a [`Policy`].
//!
//! ```
//! use secrecy::ExposeSecret as _;
//! use tidegate_auth::{Auth, Authenticate, Credentials, Key, Verdict};
//!
//! # fn main() -> Result<(), tidegate_auth::Error> {
//! let key = Key::generate("nightly build", &["files:read".to_owned()], None, 1_800_000_000)?;
//! let auth = Auth::builder().keys(key.record.to_string()).build()?;
//!
//! let header = format!("Bearer {}", key.secret.expose_secret()).try_into().unwrap();
//! let shown = Credentials {
//!     authorization: Some(&header),
//!     ..Credentials::default()
//! };
//! let Verdict::Known(admitted) = auth.authenticate(&shown, 1_800_000_001) else {
//!     panic!("the key is good");
//! };
//! assert_eq!(admitted.principal.name(), "nightly build");
//! assert!(admitted.principal.scopes().has("files:read"));
//! # Ok(())
//! # }
//! ```

mod authenticate;
mod shown;
mod builder;
mod auth;
mod token;
mod keys;
mod jwt;
mod jwks;
mod introspection;
mod certificates;
mod hierarchy;
mod policy;
mod challenge;
mod resource;
pub mod fetch;
mod words;
mod error;

pub use self::{
    auth::Auth,
    authenticate::{Admitted, Authenticate, Credentials, Refusal, Verdict},
    builder::Builder,
    certificates::Certificates,
    challenge::Challenge,
    error::Error,
    hierarchy::Hierarchy,
    introspection::Introspection,
    jwks::KeySet,
    jwt::Issuer,
    keys::{Key, KeyFile, Keys, Record, load},
    policy::Policy,
    resource::Resource,
};
pub use tidegate_model::{Principal, Scopes};
