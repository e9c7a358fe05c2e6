//! Our server and our client, written as a user writes them: what the official ones are tried against.

mod client;
mod requests;
mod server;
mod tools;

pub use client::AskedClient;
pub use server::{AskingServer, asking_server};
