//! The whole program from outside, with nothing but Rust; the pages of the guides want a shell and curl, too.

mod demo;
mod floods;
mod forgotten;
mod login;
mod pages;
mod plain;
mod serve_and_call;
