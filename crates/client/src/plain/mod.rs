//! Plain HTTP streams, for servers that offer them beside the endpoint: no handshake, no era.
//!
//! ```text
//!   PlainClient ─▶ POST /tools/{name}/stream, or GET of any stream ─▶ link ─▶ server
//!                  Plain ◀─ PlainStream ◀─ reader (SSE, NDJSON, lines of text) ◀──┘
//! ```

mod client;
mod item;
mod reader;
mod stream;

pub use self::{client::PlainClient, item::Plain, stream::PlainStream};
