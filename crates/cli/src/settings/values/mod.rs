//! The kinds of value that a setting has: each reads what people write, refuses what makes no sense
//! with the form it should have, and says that form in the schema.

mod address;
mod bounded;
mod choice;
mod rules;
mod secret;
mod text;
mod url;

pub(crate) use self::{
    address::{Address, Endpoint},
    bounded::{Count, Size, Span},
    choice::{Answers, Asked, LogFormat},
    rules::{Implied, Rules},
    secret::{Password, Secret, Token},
    text::{Day, Filter, Fingerprint, HostName, Name, Net, Origin, Place, Prefix, Route, Scope},
    url::{EndpointUrl, IssuerUrl, KeysUrl, PublicUrl},
};
