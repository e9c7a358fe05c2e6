//! Which scenarios are run at which revision by which line of the suite, and how many checks of each
//! have to succeed. "Nothing failed" proves nothing: a dead server fails little (it runs few checks).

/// A line of the suite; `suite/package.json` pins both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// 0.1.16, the last that knows nothing of the modern era.
    Old,
    /// 0.2.0-alpha.12: validates every message against the revision's schema, knows the modern era.
    New,
}

/// One revision of the protocol, judged by one line of the suite.
pub(super) struct Leg {
    pub(super) line: Line,
    pub(super) revision: &'static str,
    groups: &'static [&'static [&'static str]],
}

pub(super) static LEGS: &[Leg] = &[
    Leg {
        line: Line::Old,
        revision: "2025-06-18",
        groups: &[EVERY_ERA, LEGACY],
    },
    Leg {
        line: Line::Old,
        revision: "2025-11-25",
        groups: &[EVERY_ERA, LEGACY, REBINDING],
    },
    Leg {
        line: Line::New,
        revision: "2025-06-18",
        groups: &[EVERY_ERA, LEGACY, SESSIONS],
    },
    Leg {
        line: Line::New,
        revision: "2025-11-25",
        groups: &[EVERY_ERA, LEGACY, SESSIONS, REBINDING],
    },
    Leg {
        line: Line::New,
        revision: "2026-07-28",
        groups: &[EVERY_ERA, REBINDING, MODERN],
    },
];

const EVERY_ERA: &[&str] = &[
    "tools-list",
    "tools-call-simple-text",
    "tools-call-image",
    "tools-call-audio",
    "tools-call-embedded-resource",
    "tools-call-mixed-content",
    "tools-call-error",
    "tools-call-with-progress",
    "resources-list",
    "resources-read-text",
    "resources-read-binary",
    "resources-templates-read",
    "prompts-list",
    "prompts-get-simple",
    "prompts-get-with-args",
    "prompts-get-embedded-resource",
    "prompts-get-with-image",
];

const LEGACY: &[&str] = &[
    "server-initialize",
    "ping",
    "logging-set-level",
    "tools-call-with-logging",
];

/// Only the new line has it.
const SESSIONS: &[&str] = &["server-session-lifecycle"];

/// The suite has it from 2025-11-25 on.
const REBINDING: &[&str] = &["dns-rebinding-protection"];

const MODERN: &[&str] = &[
    "caching",
    "http-header-validation",
    "http-custom-header-server-validation",
];

/// Returns how many checks a scenario has to pass: what a server without a fault scores.
pub(super) fn minimum(leg: &Leg, scenario: &str) -> usize {
    match (leg.line, scenario) {
        (_, "dns-rebinding-protection") => 2,
        (Line::Old, _) => 1,
        (Line::New, "tools-list") => match leg.revision {
            "2025-06-18" => 2,
            "2025-11-25" => 3, // tool names are judged from here on
            _ => 4,            // and whether three lists have the same order
        },
        (Line::New, "server-initialize" | "server-session-lifecycle") => 3,
        (Line::New, "caching") => 8,
        (Line::New, "http-header-validation") => 14,
        (Line::New, "http-custom-header-server-validation") => 10,
        (Line::New, _) => 2, // the scenario's own check, and `wire-schema-valid`
    }
}

// === impl Leg ===

impl Leg {
    pub(super) fn scenarios(&self) -> impl Iterator<Item = &'static str> {
        self.groups.iter().flat_map(|group| group.iter().copied())
    }
}

// === impl Line ===

impl Line {
    /// The folder under `node_modules`.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Old => "suite-0.1",
            Self::New => "suite-0.2",
        }
    }

    pub(super) fn version(self) -> &'static str {
        match self {
            Self::Old => "0.1.16",
            Self::New => "0.2.0-alpha.12",
        }
    }

    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Old => "0.1",
            Self::New => "0.2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_has_the_scenarios_that_apply() {
        let counts: Vec<_> = LEGS.iter().map(|leg| leg.scenarios().count()).collect();
        assert_eq!(counts, [21, 22, 22, 23, 21]);
    }

    #[test]
    fn the_pinned_versions_are_those_that_are_named() {
        let pinned = include_str!("../../suite/package.json");
        for line in [Line::Old, Line::New] {
            let entry = format!(
                "\"{}\": \"npm:@modelcontextprotocol/conformance@{}\"",
                line.folder(),
                line.version()
            );
            assert!(pinned.contains(&entry), "{entry}");
        }
    }
}
