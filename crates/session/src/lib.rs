//! What is remembered between requests, and between a handler and its reader.
//!
//! ```text
//!   handler ──push──▶ Lane ──drain──▶ socket        one call's outgoing frames, bounded
//!                            └──────▶ ReplayStore   … kept for whoever's connection breaks
//!
//!   initialize ──▶ Keys::seal ──▶ Mcp-Session-Id    the handshake rides in the id itself,
//!   any request ──▶ Keys::open ──▶ Ticket           so a session costs no memory …
//!                        └──▶ Table                 … until it has state, or has ended
//!
//!   handler ──ask──▶ Asks ──▶ the client             live, or a Round sealed in requestState
//!
//!   what changed ──tell──▶ Bulletin ──since──▶ every listener, by the version it has seen
//! ```
//!
//! State machines in `now`: there is no clock here, no socket and no runtime. What time it is, and
//! which work still runs, is handed in.
//!
//! ```
//! use tidegate_session::{Keys, Ticket};
//!
//! let keys = Keys::generate().unwrap();
//! let ticket = Ticket::new(tidegate_era::Revision::V2025_11_25, 1_000).unwrap();
//! let id = keys.seal(&ticket, b"").unwrap();
//! assert_eq!(keys.open(id.as_bytes(), b"").unwrap().key, ticket.key);
//! assert!(keys.open(id.as_bytes(), b"somebody else").is_none());
//! ```

mod ticket;
mod seal;
mod replay;
mod lane;
mod table;
mod asks;
mod round;
mod spent;
mod bulletin;

pub use self::{
    asks::{Answers, Asks, NewAsk},
    bulletin::{Bulletin, News, Seat, Watched},
    lane::{Drained, Lane, Push},
    replay::{
        CallEvent, Chunk, EventId, EventKeys, Memory, Numbers, Read, ReplayLimits, ReplayStore,
        Stream,
    },
    round::{CallDigest, MAX_STATE, Round, Stale, read_answers},
    seal::{Keys, NoEntropy, Purpose},
    spent::Spent,
    table::{Full, Gone, Limits, Subscribed, Table},
    ticket::{Owner, SessionKey, Ticket},
};
