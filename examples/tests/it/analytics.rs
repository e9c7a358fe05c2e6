//! Windows of a data set, as they are closed.

use std::fs;

use serde_json::Value;

use crate::program::Program;

const ANALYTICS: &str = env!("CARGO_BIN_EXE_analytics");

#[test]
fn each_window_has_its_figures_and_the_summary_comes_last() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("heights.csv");
    let rows: String = (1..=25).map(|n| format!("t{n},{n}\n")).collect();
    fs::write(&file, format!("time,height\n{rows}lost,\n")).expect("it can be written");

    let file = file.to_str().expect("a path in UTF-8");
    let said = Program::start(ANALYTICS, &[file, "height", "10"]).ends();
    let (summary, told) = said.split_last().expect("it says something");
    let (windows, progress): (Vec<&String>, _) =
        told.iter().partition(|line| line.starts_with('{'));
    let windows: Vec<Value> = windows
        .iter()
        .map(|line| serde_json::from_str(line).expect("figures are JSON"))
        .collect();
    let column = |name: &str| -> Vec<f64> {
        windows
            .iter()
            .filter_map(|window| window[name].as_f64())
            .collect()
    };
    assert_eq!(column("count"), [10.0, 10.0, 5.0]);
    assert_eq!(column("mean"), [5.5, 15.5, 23.0]);
    assert_eq!(column("p50"), [5.0, 15.0, 23.0]);
    assert_eq!(column("p95"), [10.0, 20.0, 25.0]);
    assert_eq!(
        progress.last().map(|line| line.as_str()),
        Some("100 % read")
    );
    assert_eq!(
        summary,
        "25 numbers in 3 windows, mean 13.000, 1 rows skipped"
    );
}

#[cfg(unix)]
#[test]
fn a_window_arrives_before_the_rest_of_the_data_is_there() {
    use std::io::Write;

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("live.csv");
    crate::program::pipe(&path);
    let file = path.to_str().expect("a path in UTF-8");
    let mut program = Program::start(ANALYTICS, &[file, "v", "2"]);
    let mut feed = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("the tool reads it");
    feed.write_all(b"v\n1\n3\n").expect("the tool reads it");
    assert!(program.says("\"window\":1").contains("\"mean\":2.0"));
    feed.write_all(b"5\n7\n").expect("the tool reads it");
    assert!(program.says("\"window\":2").contains("\"mean\":6.0"));
    drop(feed);
    program.says("4 numbers in 2 windows, mean 4.000");
    program.ends();
}

#[test]
fn an_unknown_column_is_refused_with_the_known_ones() {
    let data = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/tools/demo/tide-predictions.csv"
    );
    let mut program = Program::start(ANALYTICS, &[data, "depth"]);
    program.says("no column is named \"depth\"; there are: time,predicted_m");
    program.ends();
}
