//! Values that are one of a few words.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::{ClientCertificate, Respond};

/// How calls are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Answers {
    /// One JSON object for a call that ends before it says anything, a stream otherwise
    Auto,
    /// Always one JSON object; what a call says on its way is left out
    Json,
    /// Always a stream
    Sse,
}

/// How log lines look.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// A JSON object a line
    Json,
}

/// Whether clients have to show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Asked {
    /// A client without one does not get through the handshake
    Required,
    /// A client may come without one
    Optional,
}

// === impl Answers ===

impl Answers {
    pub(crate) const fn setting(self) -> Respond {
        match self {
            Self::Auto => Respond::Auto,
            Self::Json => Respond::Json,
            Self::Sse => Respond::Sse,
        }
    }

    pub(crate) const fn of(respond: Respond) -> Self {
        match respond {
            Respond::Auto => Self::Auto,
            Respond::Json => Self::Json,
            Respond::Sse => Self::Sse,
        }
    }
}

// === impl Asked ===

impl Asked {
    pub(crate) const fn setting(self) -> ClientCertificate {
        match self {
            Self::Required => ClientCertificate::Required,
            Self::Optional => ClientCertificate::Optional,
        }
    }

    pub(crate) const fn of(asked: ClientCertificate) -> Self {
        match asked {
            ClientCertificate::Required => Self::Required,
            ClientCertificate::Optional => Self::Optional,
        }
    }
}
