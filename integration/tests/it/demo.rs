//! `tidegate demo --once`, the first thing that a newcomer runs.

use tidegate_integration::{Finished, tidegate};

#[test]
fn the_demo_works_in_an_empty_directory() {
    let nowhere = tempfile::tempdir().expect("a temporary folder can be made");
    let demo = Finished::run(
        tidegate()
            .args(["demo", "--once"])
            .current_dir(nowhere.path()),
    )
    .well();
    let shown: String = demo
        .lines
        .into_iter()
        .map(|(_, line)| line + "\n")
        .collect::<String>()
        + &demo.errors;
    let notifications = shown
        .lines()
        .filter(|line| line.contains("Processing document "))
        .count();
    assert!(notifications >= 10, "{shown}");
    assert!(shown.contains("Processing complete!"), "{shown}");
}
