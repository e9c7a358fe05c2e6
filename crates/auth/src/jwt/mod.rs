//! Bearer tokens that say who signed them: JSON Web Tokens (RFC 7519, RFC 9068).
//!
//! ```text
//!   token ─ Signed::read ─▶ header, claims ─ issuer ─▶ its keys ─ signature ─▶ claims hold ─▶ Admitted
//! ```

mod header;
mod claims;
mod signed;
mod issuer;

pub use self::issuer::Issuer;
pub(crate) use self::{
    claims::{Claims, Seen},
    issuer::{Judged, SKEW, Trusted},
    signed::{Signed, is_signed},
};
