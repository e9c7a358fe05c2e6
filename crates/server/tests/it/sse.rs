//! HTTP+SSE, the transport of 2024-11-05, over sockets; and who is seen to use it.

mod beside;
mod calls;
mod cuts;
mod doors;
mod ends;
mod handshake;
mod keys;
mod limits;
mod radar;
mod tools;
