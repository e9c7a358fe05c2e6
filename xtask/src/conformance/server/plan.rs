//! Which server scenarios are run at which revision by which line of the suite, and how many checks
//! of each have to succeed. "Nothing failed" proves nothing, nor do a few successes: against a dead
//! server the legs of the new line still write 100 checks that succeeded.

use super::super::plan::Line;

/// One revision of the protocol, judged by one line of the suite.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) line: Line,
    pub(super) revision: &'static str,
    /// How the suite is told to run all of the leg's scenarios.
    pub(super) words: &'static [&'static str],
    groups: &'static [&'static [&'static str]],
    /// What those words leave out, and is run by name.
    pub(super) named: &'static [&'static str],
}

/// How the server under test answers calls, as its flag `--respond` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Respond {
    Auto,
    Sse,
}

pub(super) static LEGS: &[Leg] = &[
    Leg {
        line: Line::Old,
        revision: "2025-06-18",
        words: &["--suite", "all", "--spec-version", "2025-06-18"],
        groups: &[EVERY_ERA, LEGACY],
        named: &[],
    },
    // All of the line's scenarios apply here: this is its whole suite.
    Leg {
        line: Line::Old,
        revision: "2025-11-25",
        words: &["--suite", "all", "--spec-version", "2025-11-25"],
        groups: &[EVERY_ERA, LEGACY, STREAMS, FORMS],
        named: &[],
    },
    Leg {
        line: Line::New,
        revision: "2025-06-18",
        words: &["--suite", "all", "--spec-version", "2025-06-18"],
        groups: &[EVERY_ERA, LEGACY, SESSIONS],
        named: &[],
    },
    // The sets that a revision requires hold what `--suite all` runs there, and the extensions.
    Leg {
        line: Line::New,
        revision: "2025-11-25",
        words: &["--requirements", "2025-11-25"],
        groups: &[EVERY_ERA, LEGACY, STREAMS, FORMS, SESSIONS],
        named: &[],
    },
    Leg {
        line: Line::New,
        revision: "2026-07-28",
        words: &["--requirements", "2026-07-28"],
        groups: &[EVERY_ERA, STREAMS, MODERN, ROUNDS, TASKS],
        named: SKILLS,
    },
];

const EVERY_ERA: &[&str] = &[
    "completion-complete",
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
    "tools-call-sampling",
    "tools-call-elicitation",
    "resources-subscribe",
    "resources-unsubscribe",
];

/// The suite has them from 2025-11-25 on.
const STREAMS: &[&str] = &[
    "dns-rebinding-protection",
    "json-schema-2020-12",
    "server-sse-multiple-streams",
];

/// The suite has them at 2025-11-25 only.
const FORMS: &[&str] = &[
    "elicitation-sep1034-defaults",
    "elicitation-sep1330-enums",
    "server-sse-polling",
];

/// Only the new line has it.
const SESSIONS: &[&str] = &["server-session-lifecycle"];

const MODERN: &[&str] = &[
    "server-stateless",
    "caching",
    "sep-2164-resource-not-found",
    "http-header-validation",
    "http-custom-header-server-validation",
];

const ROUNDS: &[&str] = &[
    "input-required-result-basic-elicitation",
    "input-required-result-basic-sampling",
    "input-required-result-basic-list-roots",
    "input-required-result-request-state",
    "input-required-result-multiple-input-requests",
    "input-required-result-multi-round",
    "input-required-result-missing-input-response",
    "input-required-result-non-tool-request",
    "input-required-result-result-type",
    "input-required-result-unsupported-methods",
    "input-required-result-tampered-state",
    "input-required-result-capability-check",
    "input-required-result-ignore-extra-params",
    "input-required-result-validate-input",
];

/// An extension, so no revision scores it.
const TASKS: &[&str] = &[
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
    "tasks-status-notifications",
    "tasks-required-task-error",
    "tasks-mrtr-composition",
];

/// An extension too, which the sets of requirements do not hold.
const SKILLS: &[&str] = &[
    "sep-2640-skills-directory",
    "sep-2640-skills-enumeration",
    "sep-2640-skills-manifest",
];

// === impl Leg ===

impl Leg {
    pub(super) fn scenarios(&self) -> impl Iterator<Item = &'static str> {
        let groups = self.groups.iter().chain([&self.named]);
        groups.flat_map(|group| group.iter().copied())
    }

    /// Returns how many checks a scenario has to pass: what a server without a fault scores.
    pub(super) fn minimum(&self, scenario: &str, respond: Respond) -> usize {
        // The scenario's own check, and from the new line `wire-schema-valid`.
        let plain = match self.line {
            Line::Old => 1,
            Line::New => 2,
        };
        match (self.line, scenario) {
            // Bodies that are no streams are not judged by its second check.
            (_, "server-sse-multiple-streams") if respond == Respond::Auto => 1,
            (_, "server-sse-multiple-streams" | "dns-rebinding-protection") => 2,
            (_, "server-sse-polling") => 3,
            (_, "elicitation-sep1034-defaults" | "elicitation-sep1330-enums") => 4 + plain,
            (Line::Old, "json-schema-2020-12") => 4,
            (Line::Old, _) => plain,
            (Line::New, "tools-list") => match self.revision {
                "2025-06-18" => 2,
                "2025-11-25" => 3, // tool names are judged from here on
                _ => 4,            // and whether three lists have the same order
            },
            (Line::New, _) => minimum_of_new(scenario).unwrap_or(plain),
        }
    }
}

/// What the new line asks of one scenario at every revision that has it.
fn minimum_of_new(scenario: &str) -> Option<usize> {
    Some(match scenario {
        "server-stateless" => 30,
        "http-header-validation" => 14,
        "http-custom-header-server-validation" => 10,
        "tasks-lifecycle" | "tasks-dispatch-and-envelope" => 9,
        "caching" | "json-schema-2020-12" => 8,
        "tasks-capability-negotiation" | "tasks-request-headers" => 5,
        "input-required-result-multi-round"
        | "sep-2164-resource-not-found"
        | "tasks-mrtr-input"
        | "tasks-wire-fields" => 4,
        "input-required-result-basic-elicitation"
        | "input-required-result-basic-list-roots"
        | "input-required-result-basic-sampling"
        | "input-required-result-multiple-input-requests"
        | "input-required-result-non-tool-request"
        | "input-required-result-request-state"
        | "input-required-result-validate-input"
        | "server-initialize"
        | "server-session-lifecycle"
        | "tasks-request-state-removal"
        | "tasks-required-task-error" => 3,
        "sep-2640-skills-directory" => 7,
        "sep-2640-skills-enumeration" => 32,
        "sep-2640-skills-manifest" => 6,
        "tasks-status-notifications" => 0, // the suite skips it, whatever the server does
        _ => return None,
    })
}

// === impl Respond ===

impl Respond {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Sse => "sse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_has_the_scenarios_that_apply() {
        let counts: Vec<_> = LEGS.iter().map(|leg| leg.scenarios().count()).collect();
        assert_eq!(counts, [26, 32, 27, 33, 40 + 10 + 3]);
    }

    #[test]
    fn every_leg_asks_for_what_the_best_server_scores() {
        let totals = |respond| -> Vec<usize> {
            let total = |leg: &Leg| leg.scenarios().map(|name| leg.minimum(name, respond)).sum();
            LEGS.iter().map(total).collect()
        };
        assert_eq!(totals(Respond::Sse), [26, 47, 56, 84, 153 + 44 + 45]);
        assert_eq!(totals(Respond::Auto), [26, 46, 56, 83, 152 + 44 + 45]);
    }
}
