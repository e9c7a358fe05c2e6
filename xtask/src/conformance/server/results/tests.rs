//! Reports as the suite writes them, of servers that are well, dead or half there.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::*;
use crate::conformance::server::plan::{LEGS, Leg, Respond};

/// A folder of results; it is gone after the test.
struct Report(PathBuf);

impl Report {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("tidegate-results-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self(folder)
    }

    fn write(&self, scenario: &str, statuses: &[&str]) {
        let folder = format!("server-{scenario}-2026-11-21T07-46-26-355Z");
        let checks: Vec<_> = statuses
            .iter()
            .map(|status| json!({ "id": "check", "status": status, "description": "what" }))
            .collect();
        let folder = self.0.join(folder);
        fs::create_dir_all(&folder).expect("a folder for the scenario");
        let text = serde_json::to_string(&checks).expect("checks are JSON");
        fs::write(folder.join("checks.json"), text).expect("the report is written");
    }

    fn open(&self) -> Results {
        Results::open(&self.0, "no server".to_owned()).expect("the report reads")
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Counts the scenarios of a leg that are not as expected.
fn faults(leg: &Leg, respond: Respond, report: &Report) -> usize {
    let mut results = report.open();
    let mut faults = 0;
    for scenario in leg.scenarios() {
        let verdict = results.take(scenario, leg.minimum(scenario, respond));
        faults += usize::from(!verdict.expect("checks are JSON").passed);
    }
    results.close().expect("every scenario is planned");
    faults
}

#[test]
fn a_server_without_a_fault_passes() {
    for leg in LEGS {
        let report = Report::new();
        for scenario in leg.scenarios() {
            report.write(
                scenario,
                &vec!["SUCCESS"; leg.minimum(scenario, Respond::Sse)],
            );
        }
        assert_eq!(faults(leg, Respond::Sse, &report), 0, "{leg:?}");
    }
}

#[test]
fn a_server_that_answers_nothing_fails() {
    for leg in LEGS {
        let report = Report::new();
        // What the suite writes of one: no message was against the schema, for there was none.
        for scenario in leg.scenarios() {
            report.write(scenario, &["SUCCESS"]);
        }
        let failed = faults(leg, Respond::Sse, &report);
        let of_one = leg.scenarios().filter(|s| leg.minimum(s, Respond::Sse) > 1);
        assert_eq!(failed, of_one.count(), "{leg:?}");
    }
}

#[test]
fn a_run_that_ended_early_fails() {
    for leg in LEGS {
        let failed = faults(leg, Respond::Auto, &Report::new());
        assert_eq!(failed, leg.scenarios().count(), "{leg:?}");
    }
}

#[test]
fn a_skipped_check_is_no_success() {
    let report = Report::new();
    report.write("server-stateless", &["SUCCESS", "SUCCESS", "SKIPPED"]);
    let verdict = report.open().take("server-stateless", 3).expect("reads");
    assert!(!verdict.passed);
    assert_eq!(verdict.reason, "2 checks succeeded, 3 are expected");
}

#[test]
fn what_no_plan_names_is_told() {
    let report = Report::new();
    report.write("ping", &["SUCCESS"]);
    report.write("sep-9999-new", &["SUCCESS"]);
    let mut results = report.open();
    assert!(results.take("ping", 1).expect("reads").passed);
    let error = results.close().expect_err("one is left").to_string();
    assert!(error.ends_with("sep-9999-new"), "{error}");
}
