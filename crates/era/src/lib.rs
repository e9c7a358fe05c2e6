//! Bytes to model and back. The only room that knows revisions.
//!
//! ```text
//!   headers ─▶ Head ─┐
//!                    ├─▶ classify ─▶ modern::admit ─▶ Call      Outcome ─▶ encode ─▶ bytes
//!   body ─▶ Envelope ┘       │     └▶ legacy::admit ─▶ Call       Event ─▶ encode ─▶ SSE event
//!                            └─▶ Reject { status, code, message }   Change ─▶ notice ─▶ SSE event
//! ```
//!
//! The *modern* era (2026-07-28 on) is stateless: each request carries its version and the
//! caller's capabilities. The *legacy* era (2025-11-25 and before) opens with `initialize`. Which
//! of both a message belongs to is decided once, in [`classify`]; past it, code asks [`Facts`].
//!
//! There is no socket, no clock and no runtime here: bytes and headers go in, values come out.
//!
//! ```
//! use tidegate_era::{Body, Kind};
//!
//! let body = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
//! let Ok(Body::One(message)) = Body::read(&body.as_slice().into()) else { panic!() };
//! assert_eq!(message.kind(), Kind::Request);
//! ```

mod revision;
mod scan;
mod params;
mod envelope;
mod head;
mod sentinel;
mod reject;
mod classify;
pub mod legacy;
pub mod modern;
mod header_params;
mod question;
mod argument;
pub mod plain;
pub mod encode;
pub mod notice;
pub mod sse;
pub mod ndjson;

pub use self::{
    argument::argument,
    classify::{Verdict, classify, classify_without_head},
    envelope::{Body, Envelope, Kind, MAX_BATCH},
    head::{Accept, Head, SESSION_ID},
    header_params::{HeaderParamError, header_params},
    params::{META_PREFIX, MetaFields, Params},
    question::fit,
    reject::{Reject, Remedy, code},
    revision::{Facts, Revision},
    scan::{MAX_DEPTH, Malformed},
    sentinel::{decode as decode_header_value, encode as encode_header_value},
};
