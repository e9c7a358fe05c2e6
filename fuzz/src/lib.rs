//! Fuzz targets: decoders by bytes, state machines by lists of operations.
//!
//! ```text
//!   tests/sse.rs       a stream in any pieces  ──▶ the same events
//!   tests/ndjson.rs    lines in any pieces     ──▶ the same lines, none over the limit
//!   tests/envelope.rs  any bytes, any tokens   ──▶ read as serde_json reads them, or refused
//!   tests/ladder.rs    any head, any message   ──▶ a call, or a refusal with its status
//!   tests/channel.rs   any lines in any pieces  ─▶ each request answered once, and a good end
//!   tests/sealed.rs    any token               ──▶ opens for its owner, or not at all
//!   tests/replay.rs    any life of streams     ──▶ each frame once and in order, or a gap that is said
//!   tests/frames.rs    any frames, any pieces  ──▶ the same answers over a WebSocket, and an end
//!   tests/machines.rs  any list of operations  ──▶ what a simple model of the machine says
//!   tests/target.rs    any address           ──▶ shown as it reads, or refused
//!   tests/credentials.rs  any header, any token  ─▶ nobody is known
//! ```
//!
//! They are tests, by bolero: `cargo test -p tidegate-fuzz` runs each for a second, on a stable
//! toolchain; `BOLERO_RANDOM_TEST_TIME_MS=60000` gives each a minute, as CI does, and
//! `cargo bolero test -p tidegate-fuzz NAME` lets libFuzzer look for paths on a nightly one. What
//! once failed, and what is worth trying first, is kept in `tests/__fuzz__/NAME/corpus` and tried
//! by every run.
