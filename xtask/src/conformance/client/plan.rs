//! Which client scenarios are run at which revision by which line of the suite, how many checks of
//! each have to succeed, and which are left to a later change.

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
        revision: "2025-06-18",
        scenarios: &[("initialize", 1), ("tools_call", 1)],
    },
    Leg {
        line: Line::Old,
        revision: "2025-11-25",
        scenarios: &[
            ("initialize", 1),
            ("tools_call", 1),
            ("elicitation-sep1034-client-defaults", 5),
            ("sse-retry", 3),
        ],
    },
    Leg {
        line: Line::New,
        revision: "2025-06-18",
        scenarios: &[("initialize", 1), ("tools_call", 2)],
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
            // An extension, so no revision scores it.
            ("sep-2640-client-no-prefetch", 1),
            ("sep-2640-client-verify-digest", 1),
            ("sep-2640-client-verify-size", 1),
            ("sep-2640-client-verify-frontmatter", 1),
        ],
    },
];

/// What is not run yet, by the beginning of the scenarios' names, and why.
const LATER: &[(&str, &str)] = &[("auth/", "the client does not log in yet")];

/// Returns whether some leg plays a scenario.
pub(in crate::conformance) fn plays(name: &str) -> bool {
    let mut all = LEGS.iter().flat_map(|leg| leg.scenarios);
    all.any(|(scenario, _)| *scenario == name)
}

/// Returns why a scenario is left out, if it is.
pub(super) fn later(name: &str) -> Option<&'static str> {
    let mut all = LATER.iter();
    let found = all.find(|(beginning, _)| name.starts_with(beginning));
    found.map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_has_the_scenarios_that_apply() {
        let counts: Vec<_> = LEGS.iter().map(|leg| leg.scenarios.len()).collect();
        assert_eq!(counts, [2, 4, 2, 5, 8 + 4]);
    }

    #[test]
    fn what_is_played_is_not_left_out() {
        for (scenario, _) in LEGS.iter().flat_map(|leg| leg.scenarios) {
            assert!(plays(scenario) && later(scenario).is_none(), "{scenario}");
        }
        assert!(later("auth/metadata-default").is_some());
    }
}
