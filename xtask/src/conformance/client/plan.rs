//! Which client scenarios are run at which revision by which line of the suite, how many checks of
//! each have to succeed.

use super::super::plan::Line;

/// One revision of the protocol, spoken to our client by one line of the suite.
pub(super) struct Leg {
    pub(super) line: Line,
    pub(super) revision: &'static str,
    /// Each scenario with the number of checks that a client without a fault passes.
    pub(super) scenarios: &'static [(&'static str, usize)],
}

pub(super) static LEGS: &[Leg] = &[
    Leg {
        line: Line::Old,
        revision: "2025-03-26",
        scenarios: &[
            ("auth/2025-03-26-oauth-metadata-backcompat", 14),
            ("auth/2025-03-26-oauth-endpoint-fallback", 8),
        ],
    },
    Leg {
        line: Line::Old,
        revision: "2025-06-18",
        scenarios: &[
            ("initialize", 1),
            ("tools_call", 1),
            ("auth/token-endpoint-auth-basic", 21),
            ("auth/token-endpoint-auth-post", 21),
            ("auth/token-endpoint-auth-none", 21),
        ],
    },
    Leg {
        line: Line::Old,
        revision: "2025-11-25",
        scenarios: &[
            ("initialize", 1),
            ("tools_call", 1),
            ("elicitation-sep1034-client-defaults", 5),
            ("sse-retry", 3),
            ("auth/metadata-default", 16),
            ("auth/metadata-var1", 16),
            ("auth/metadata-var2", 16),
            ("auth/metadata-var3", 16),
            ("auth/basic-cimd", 16),
            ("auth/scope-from-www-authenticate", 17),
            ("auth/scope-from-scopes-supported", 17),
            ("auth/scope-omitted-when-undefined", 17),
            ("auth/scope-step-up", 25),
            ("auth/scope-retry-limit", 14),
            ("auth/token-endpoint-auth-basic", 21),
            ("auth/token-endpoint-auth-post", 21),
            ("auth/token-endpoint-auth-none", 21),
            ("auth/pre-registration", 16),
            // Extensions, so no revision scores them.
            ("auth/client-credentials-jwt", 9),
            ("auth/client-credentials-basic", 9),
            ("auth/cross-app-access-complete-flow", 10),
        ],
    },
    Leg {
        line: Line::Old,
        revision: "draft",
        scenarios: &[
            ("auth/resource-mismatch", 2),
            ("auth/offline-access-scope", 18),
            ("auth/offline-access-not-supported", 17),
        ],
    },
    Leg {
        line: Line::New,
        revision: "2025-03-26",
        scenarios: &[
            ("auth/2025-03-26-oauth-metadata-backcompat", 13),
            ("auth/2025-03-26-oauth-endpoint-fallback", 7),
        ],
    },
    Leg {
        line: Line::New,
        revision: "2025-06-18",
        scenarios: &[
            ("initialize", 1),
            ("tools_call", 2),
            ("auth/token-endpoint-auth-basic", 21),
            ("auth/token-endpoint-auth-post", 21),
            ("auth/token-endpoint-auth-none", 21),
        ],
    },
    Leg {
        line: Line::New,
        revision: "2025-11-25",
        scenarios: &[
            ("initialize", 1),
            ("tools_call", 2),
            ("elicitation-sep1034-client-defaults", 5),
            ("sse-retry", 3),
            ("json-schema-2020-12-preservation", 9),
            ("auth/metadata-default", 20),
            ("auth/metadata-var1", 20),
            ("auth/metadata-var2", 20),
            ("auth/metadata-var3", 20),
            ("auth/basic-cimd", 15),
            ("auth/scope-from-www-authenticate", 16),
            ("auth/scope-from-scopes-supported", 16),
            ("auth/scope-omitted-when-undefined", 16),
            ("auth/scope-step-up", 22),
            ("auth/scope-retry-limit", 12),
            ("auth/token-endpoint-auth-basic", 21),
            ("auth/token-endpoint-auth-post", 21),
            ("auth/token-endpoint-auth-none", 21),
            ("auth/pre-registration", 15),
        ],
    },
    Leg {
        line: Line::New,
        revision: "2026-07-28",
        scenarios: &[
            ("tools_call", 2),
            ("request-metadata", 8),
            ("sep-2322-client-request-state", 5),
            ("http-standard-headers", 9),
            ("http-custom-headers", 18),
            ("http-invalid-tool-headers", 12),
            ("json-schema-ref-no-deref", 1),
            ("json-schema-2020-12-preservation", 9),
            ("auth/metadata-default", 20),
            ("auth/metadata-var1", 20),
            ("auth/metadata-var2", 20),
            ("auth/metadata-var3", 20),
            ("auth/basic-cimd", 14),
            ("auth/scope-from-www-authenticate", 16),
            ("auth/scope-from-scopes-supported", 16),
            ("auth/scope-omitted-when-undefined", 16),
            ("auth/scope-step-up", 27),
            ("auth/scope-retry-limit", 15),
            ("auth/token-endpoint-auth-basic", 21),
            ("auth/token-endpoint-auth-post", 21),
            ("auth/token-endpoint-auth-none", 21),
            ("auth/pre-registration", 14),
            ("auth/resource-mismatch", 2),
            ("auth/offline-access-scope", 17),
            ("auth/offline-access-not-supported", 16),
            ("auth/authorization-server-migration", 29),
            ("auth/iss-supported", 16),
            ("auth/iss-not-advertised", 16),
            ("auth/iss-supported-missing", 10),
            ("auth/iss-wrong-issuer", 10),
            ("auth/iss-unexpected", 10),
            ("auth/iss-normalized", 10),
            ("auth/metadata-issuer-mismatch", 3),
            // Extensions, so no revision scores them.
            ("sep-2640-client-no-prefetch", 1),
            ("sep-2640-client-verify-digest", 1),
            ("sep-2640-client-verify-size", 1),
            ("sep-2640-client-verify-frontmatter", 1),
            ("auth/client-credentials-jwt", 7),
            ("auth/client-credentials-basic", 7),
            ("auth/enterprise-managed-authorization", 8),
            ("auth/dpop", 15),
            ("auth/dpop-nonce", 15),
            ("auth/wif-jwt-bearer", 7),
        ],
    },
];

/// Returns whether some leg plays a scenario.
pub(in crate::conformance) fn plays(name: &str) -> bool {
    let mut all = LEGS.iter().flat_map(|leg| leg.scenarios);
    all.any(|(scenario, _)| *scenario == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_has_the_scenarios_that_apply() {
        let counts: Vec<_> = LEGS.iter().map(|leg| leg.scenarios.len()).collect();
        assert_eq!(counts, [2, 5, 18 + 3, 3, 2, 5, 19, 33 + 10]);
    }
}
