//! Whether a server may listen where others than this machine reach it.

use crate::config::Config;

/// Returns whether a server with this configuration may listen beyond loopback: its callers have to
/// be known, and what they show to be known is encrypted on its way, here or by a proxy; or its
/// operator has said that anyone may call.
pub(super) const fn may_be_reached(config: &Config, knows_callers: bool) -> bool {
    let is_encrypted = config.tls.is_some() || !config.behind_proxy.is_empty();
    config.insecure_no_auth || (knows_callers && is_encrypted)
}
