//! `[access]`: who may come in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::Config;

use super::{base, mirror::mirrors};
use crate::settings::values::{HostName, Net, Origin};

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
    /// Proxies that stand before the server, and are believed what they say of their clients
    /// (`Forwarded`, `X-Forwarded-*`): `10.0.0.7`, `10.0.0.0/8`, or `unix` for whoever connects to its
    /// Unix socket. Nobody else is believed.
    pub(crate) behind_proxy: Vec<Net>,
}

mirrors! {
    Access of Config = base();
    allow_hosts: allow_hosts,
    allow_origins: allow_origins,
    insecure_no_auth: insecure_no_auth,
    behind_proxy: behind_proxy,
}
