//! `[access]`: who may come in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{HostName, Origin, Secret};

/// Who may come in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Access {
    /// Hosts that requests may be for, besides loopback ones: `example.org` (any port) or
    /// `example.org:8080`. A page on any site can make a browser send requests here.
    pub(crate) allow_hosts: Vec<HostName>,
    /// Origins whose pages may call, besides loopback ones: `https://example.org`. There is no `*`:
    /// every page that its reader opens would call.
    pub(crate) allow_origins: Vec<Origin>,
    /// Let anyone call who reaches an address beyond loopback. A server that runs tools for the whole
    /// network should know who asks.
    pub(crate) insecure_no_auth: bool,
    /// The token that callers must show: `Authorization: Bearer …`. Default: none is asked for. It is
    /// never printed, and not taken from the command line, which every process can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Secret>,
}

mirrors! {
    Access of Config = base();
    allow_hosts: allow_hosts,
    allow_origins: allow_origins,
    insecure_no_auth: insecure_no_auth,
    ;
    token: None,
}
