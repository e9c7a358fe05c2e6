//! Whose pages may call.

use super::host;

/// The origins whose pages may call.
#[derive(Debug)]
pub(super) struct Origins {
    allowed: Vec<String>,
}

// === impl Origins ===

impl Origins {
    pub(super) fn new(allowed: &[String]) -> Self {
        let allowed = allowed
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase());
        Self {
            allowed: allowed.collect(),
        }
    }

    /// Whether a page of `origin` may call: one on this machine, or one that was allowed. `null`,
    /// which any sandboxed page can send, only if it was allowed.
    pub(super) fn allow(&self, origin: &str) -> bool {
        let local = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
            .is_some_and(|host| host::is_loopback(host::without_port(host)));
        local
            || self
                .allowed
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_and_allowed_ones_may_call() {
        let origins = Origins::new(&["https://tide.example/".to_owned()]);
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5",
            "https://tide.example",
        ] {
            assert!(origins.allow(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://tide.example",
            "file://localhost",
        ] {
            assert!(!origins.allow(origin), "{origin}");
        }
    }
}
