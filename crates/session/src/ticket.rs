//! What a session's id carries: who it is for, and what the handshake settled.

use serde::{Deserialize, Serialize};
use tidegate_era::{Revision, legacy::Handshake};
use tidegate_model::{ClientCapabilities, Implementation};

use crate::seal::{self, NoEntropy};

/// A session's name inside the house.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SessionKey(pub(crate) [u8; 16]);

/// Whom sessions, calls and streams are counted for: a principal's id, hashed by whoever counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Owner(pub u64);

/// What is known of a session from its id alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// The session's name.
    pub key: SessionKey,
    /// When it began, in seconds since 1970.
    pub issued: u64,
    /// The revision that was negotiated.
    pub revision: Revision,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// Who the client is, as it says.
    pub client: Option<Implementation>,
    /// Whom it is counted for. It is not in the id: whoever opens one knows for whom.
    pub owner: Option<Owner>,
}

/// The part of a ticket that is written as JSON.
#[derive(Serialize, Deserialize)]
struct Said {
    #[serde(rename = "c", default)]
    capabilities: ClientCapabilities,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    client: Option<Implementation>,
}

/// How many bytes of the handshake an id carries, so that it stays under 1 KB as a header.
const MAX_SAID: usize = 600;

// === impl SessionKey ===

impl SessionKey {
    /// Returns the key as short text, for logs. It opens nothing.
    #[must_use]
    pub fn to_hex(self) -> String {
        self.0
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

// === impl Ticket ===

impl Ticket {
    /// Returns a ticket for a new session.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn new(revision: Revision, now: u64) -> Result<Self, NoEntropy> {
        Ok(Self {
            key: SessionKey(seal::random()?),
            issued: now,
            revision,
            capabilities: ClientCapabilities::default(),
            client: None,
            owner: None,
        })
    }

    /// Returns a ticket for the session that `handshake` opens on a connection of its own. It ends
    /// with the connection, and no id of it is given away that would have to expire.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn unending(handshake: Handshake) -> Result<Self, NoEntropy> {
        Self::opened_by(handshake, u64::MAX)
    }

    /// Returns a ticket for the session that `handshake` opens.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn opened_by(handshake: Handshake, now: u64) -> Result<Self, NoEntropy> {
        Ok(Self {
            capabilities: handshake.capabilities,
            client: handshake.client,
            ..Self::new(handshake.revision, now)?
        })
    }

    /// Writes the ticket. What does not fit is left out, the least needed first: experimental
    /// capabilities, then the client's name, then extensions.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(&self.key.0);
        out.extend_from_slice(&self.issued.to_be_bytes());
        out.push(revision_byte(self.revision));
        let mut said = Said {
            capabilities: self.capabilities.clone(),
            client: self.client.clone(),
        };
        let shorten: [fn(&mut Said); 3] = [
            |said| said.capabilities.experimental = None,
            |said| said.client = None,
            |said| said.capabilities.extensions = None,
        ];
        let mut json = serde_json::to_vec(&said).unwrap_or_default();
        for step in shorten {
            if json.len() <= MAX_SAID {
                break;
            }
            step(&mut said);
            json = serde_json::to_vec(&said).unwrap_or_default();
        }
        if json.len() <= MAX_SAID {
            out.extend_from_slice(&json);
        }
        out
    }

    /// Reads a ticket back.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<16>()?;
        let (issued, rest) = rest.split_first_chunk::<8>()?;
        let (revision, said) = rest.split_first()?;
        let said: Said = match said {
            [] => Said {
                capabilities: ClientCapabilities::default(),
                client: None,
            },
            json => serde_json::from_slice(json).ok()?,
        };
        Some(Self {
            key: SessionKey(*key),
            issued: u64::from_be_bytes(*issued),
            revision: REVISIONS.get(usize::from(*revision)).copied()?,
            capabilities: said.capabilities,
            client: said.client,
            owner: None,
        })
    }
}

/// The revisions by the byte that stands for each in an id. Append only: ids outlive a release.
const REVISIONS: [Revision; 5] = [
    Revision::V2024_11_05,
    Revision::V2025_03_26,
    Revision::V2025_06_18,
    Revision::V2025_11_25,
    Revision::V2026_07_28,
];

fn revision_byte(revision: Revision) -> u8 {
    let index = REVISIONS.iter().position(|other| *other == revision);
    index
        .and_then(|index| u8::try_from(index).ok())
        .unwrap_or(u8::MAX)
}
