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

pub use self::authenticate::{Admitted, Authenticate, Credentials, Refusal, Verdict};
pub use tidegate_model::{Principal, Scopes};
