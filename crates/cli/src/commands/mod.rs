//! The subcommands, one a file: what its help says, its arguments, and `run`.

pub(crate) mod call;
pub(crate) mod config;
pub(crate) mod connect;
pub(crate) mod demo;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod prompt;
pub(crate) mod read;
pub(crate) mod serve;
pub(crate) mod stream;
pub(crate) mod watch;
