//! The server, met over a socket.

mod vectors;
