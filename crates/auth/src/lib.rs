//! Who is calling: from what a request shows to a [`Principal`], or to why not.
//!
//! ```text
//!   Authorization: Bearer …  ┐                          ┌─▶ Verdict::Known    a principal, at once
//!   X-API-Key: …             ├─▶ Authenticate ──────────┼─▶ Verdict::Later    keys must be fetched first
//!   a client's certificate   ┘                          └─▶ Verdict::Refused  why not
//! ```
//!
//! Whoever serves asks once a request, keeps a verdict for as long as it says, and turns a
//! [`Refusal`] into a status and a challenge. Nothing here opens a socket by itself.

mod authenticate;
mod shown;
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
    auth::{Auth, Builder},
    authenticate::{Admitted, Authenticate, Credentials, Refusal, Verdict},
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
