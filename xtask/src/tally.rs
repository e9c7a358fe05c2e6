//! Counting tests: reads the closing lines of nextest and of libtest as they go by.

/// How many tests passed and failed, and the closing lines that said so.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) closing_lines: Vec<String>,
}

// === impl Tally ===

impl Tally {
    /// Reads one line of a test runner's output; lines that close no run count for nothing.
    pub(crate) fn hear(&mut self, line: &str) {
        let line = line.trim();
        let Some(counts) = counts_of(line) else {
            return;
        };
        let words = counts
            .split([' ', ',', ';', '(', ')'])
            .filter(|word| !word.is_empty());
        let mut number: Option<u64> = None;
        for word in words {
            match (word, number) {
                ("passed", Some(n)) => self.passed += n,
                ("failed" | "timed", Some(n)) => self.failed += n,
                _ => {}
            }
            number = word.parse().ok();
        }
        self.closing_lines.push(line.to_owned());
    }
}

/// Returns the part of a closing line that holds the counts.
fn counts_of(line: &str) -> Option<&str> {
    if line.starts_with("Summary [") {
        return line
            .split_once("tests run:")
            .or_else(|| line.split_once("test run:"))
            .map(|s| s.1);
    }
    line.strip_prefix("test result: ")
        .and_then(|rest| rest.split_once(". "))
        .map(|s| s.1)
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn heard(lines: &[&str]) -> (u64, u64, usize) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.hear(line));
        (tally.passed, tally.failed, tally.closing_lines.len())
    }

    #[test]
    fn reads_both_runners() {
        let nextest = "     Summary [   0.017s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        let one = "     Summary [   0.017s] 1 test run: 1 passed, 0 skipped";
        let libtest = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        let broken = "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(heard(&[nextest]), (9, 3, 1));
        assert_eq!(heard(&[nextest, one, libtest, broken]), (19, 5, 4));
    }

    #[test]
    fn is_deaf_to_everything_else() {
        assert_eq!(
            heard(&["PASS [0.1s] x passes", "running 3 tests", "3 passed"]),
            (0, 0, 0)
        );
    }
}
