//! Reads the checks that a scenario wrote, and says whether it went as expected.

use anyhow::{Context, Result};
use serde_json::Value;

/// How one scenario went.
pub(super) struct Verdict {
    pub(super) passed: bool,
    /// Why not, in words; empty if it passed.
    pub(super) reason: String,
    successes: usize,
}

// === impl Verdict ===

impl Verdict {
    /// Judges the text of a `checks.json`: no check failed or warned, and at least `minimum` succeeded.
    pub(super) fn of(checks: &str, minimum: usize) -> Result<Self> {
        let checks: Value = serde_json::from_str(checks).context("checks.json is no JSON")?;
        let checks = checks.as_array().context("checks.json is no list")?;
        let with = |status: &str| {
            checks
                .iter()
                .filter(|check| check["status"] == status)
                .count()
        };
        let faults = checks.iter().filter(|check| is_fault(check)).map(fault);
        let mut reasons: Vec<String> = faults.collect();
        let successes = with("SUCCESS");
        if successes < minimum {
            reasons.push(format!(
                "{successes} checks succeeded, {minimum} are expected"
            ));
        }
        Ok(Self {
            passed: reasons.is_empty(),
            reason: reasons.join("; "),
            successes,
        })
    }

    /// The suite wrote no checks at all.
    pub(super) fn silent(said: &str) -> Self {
        Self {
            passed: false,
            reason: format!("the suite wrote no checks: {}", said.trim()),
            successes: 0,
        }
    }

    /// How many checks succeeded.
    pub(super) fn successes(&self) -> usize {
        self.successes
    }

    /// Something else went wrong as well.
    pub(super) fn but(mut self, reason: &str) -> Self {
        self.passed = false;
        if !self.reason.is_empty() {
            self.reason.push_str("; ");
        }
        self.reason.push_str(reason);
        self
    }

    /// What the table shows.
    pub(super) fn cell(&self) -> String {
        if self.passed {
            self.successes.to_string()
        } else {
            format!("FAIL {}", self.successes)
        }
    }
}

fn is_fault(check: &Value) -> bool {
    check["status"] == "FAILURE" || check["status"] == "WARNING"
}

fn fault(check: &Value) -> String {
    let word = |field: &str| check[field].as_str().unwrap_or_default();
    let because = check["errorMessage"]
        .as_str()
        .unwrap_or_else(|| word("description"));
    format!("{} {}: {because}", word("status"), word("id"))
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    fn verdict(statuses: &[&str], minimum: usize) -> (bool, String) {
        let checks: Vec<_> = statuses
            .iter()
            .map(|s| serde_json::json!({"id": "x", "status": s, "errorMessage": "why"}))
            .collect();
        let verdict = Verdict::of(&serde_json::to_string(&checks).unwrap(), minimum).unwrap();
        (verdict.passed, verdict.reason)
    }

    #[test]
    fn wants_successes_and_no_fault() {
        assert!(verdict(&["SUCCESS", "SUCCESS", "INFO"], 2).0);
        assert_eq!(
            verdict(&["SUCCESS"], 2).1,
            "1 checks succeeded, 2 are expected"
        );
        assert_eq!(verdict(&["SUCCESS", "WARNING"], 1).1, "WARNING x: why");
        assert!(!verdict(&["FAILURE", "SUCCESS"], 1).0);
        assert!(!verdict(&[], 1).0);
    }
}
