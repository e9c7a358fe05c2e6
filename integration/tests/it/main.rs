//! The whole program from outside, with nothing but Rust.

mod demo;
mod forgotten;
mod plain;
mod serve_and_call;
