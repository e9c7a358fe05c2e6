//! Logging in (OAuth 2.1, as 2026-07-28 authorization has it): a server says who gives out tokens for
//! it, and a client gets one there by what it has to show.
//!
//! ```text
//!   challenge ─▶ discovery ─▶ registration ─▶ authorization (a browser) ─▶ tokens ─▶ login, kept
//!                                              grant (nobody is asked) ──▲
//! ```

mod authorization;
mod authorizer;
mod carry;
mod challenge;
mod denied;
mod discovery;
mod dpop;
mod grant;
mod key;
mod login;
mod net;
mod obtain;
mod party;
mod pass;
mod redirect;
mod registration;
mod scopes;
mod secret;
mod settings;
mod shelf;
mod store;
mod tokens;
mod windows;

pub use self::{
    authorization::check_browsable,
    grant::{Grant, SignOn, Workload},
    key::SigningKey,
    login::LoggedIn,
    secret::Secret,
    settings::OAuth,
    store::{FileStore, Locked, MemoryStore, TokenStore},
};
pub(crate) use self::{
    authorizer::Authorizer,
    carry::Head,
    challenge::{Challenge, Wanted},
};
