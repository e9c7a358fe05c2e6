//! The vectors of the protocol, and bad input: requests written by hand against a server on a
//! socket. What no well-behaved client sends is what these are about.

mod bad_input;
mod fixture;
mod legacy;
mod listen;
mod modern;
mod names;
mod parameters;
mod sockets;
mod strangers;
mod wire;
