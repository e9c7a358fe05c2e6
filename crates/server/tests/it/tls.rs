//! TLS: handshakes, certificates that change, and clients that show theirs.

mod authority;
mod caller;
mod clients;
mod encrypted;
mod handshakes;
mod protocols;
mod rotation;
mod starting;
mod streams;
