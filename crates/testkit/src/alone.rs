//! Tests that measure their process, which the tests beside them would disturb.

use std::process::Command;

const ALONE: &str = "TIDEGATE_TEST_ALONE";

/// Runs `test` in a process where no other test runs. `name` is the test's full name, as the test
/// runner prints it.
///
/// # Panics
///
/// When the test fails there, or there is no test of this name.
pub fn in_a_process_of_its_own(name: &str, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let me = std::env::current_exe().expect("a test is a file");
    let child = Command::new(me)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("the test starts again");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{name}, alone: {}\n{said}\n{}",
        child.status,
        String::from_utf8_lossy(&child.stderr)
    );
}

/// Returns how many bytes of memory this process holds.
///
/// # Panics
///
/// Where there is no `/proc`.
#[must_use]
pub fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .expect("VmRSS in kB")
        * 1024
}
