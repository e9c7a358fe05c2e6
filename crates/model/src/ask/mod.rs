//! What a call may ask its client for while it runs: a form, a sentence of its model, its roots.
//!
//! ```text
//!   Elicit │ Sample │ Roots ──▶ InputRequest { method, params } ──▶ the client
//!   ElicitAnswer │ Sampled │ RootList ◀──────── raw answer ◀─────────────┘
//! ```
//!
//! The modern era carries them inside results (`input_required`), the legacy era as requests of
//! the server; the words are the same.

mod elicit;
mod form;
mod request;
mod roots;
mod sample;

pub use self::{
    elicit::{Elicit, ElicitAction, ElicitAnswer},
    form::{Field, Form},
    request::{InputKind, InputRequest},
    roots::{Root, RootList},
    sample::{ModelPreferences, Sample, SampleContent, SampleMessage, Sampled},
};
