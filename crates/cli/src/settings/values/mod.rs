//! The kinds of value that a setting has: each reads what people write, refuses what makes no sense
//! with the form it should have, and says that form in the schema.

mod address;
mod bounded;
mod choice;
mod secret;
mod text;

pub(crate) use self::{
    address::{Address, Endpoint},
    bounded::{Count, Size, Span},
    choice::{Answers, LogFormat},
    secret::Secret,
    text::{Day, Filter, HostName, Origin, Place, Prefix, Route},
};
