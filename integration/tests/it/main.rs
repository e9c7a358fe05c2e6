//! The whole program from outside, with nothing but Rust.

mod demo;
mod forgotten;
mod serve_and_call;
