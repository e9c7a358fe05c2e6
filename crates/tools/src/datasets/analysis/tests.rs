//! Whole data sets from files, in chunks.

use std::{fs, io::Write};

use super::*;

/// Analyses `bytes` as a file called `name`; returns the lines of the chunks, and the summary.
fn analyse(name: &str, bytes: &[u8], items: u64) -> Result<(Vec<String>, Summary), Unusable> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    run(&Root::open(dir.path()).unwrap(), name, items)
}

fn run(root: &Root, name: &str, items: u64) -> Result<(Vec<String>, Summary), Unusable> {
    let quit = Quit::default();
    let mut analysis = Analysis::open(root, name, &quit)?;
    let mut lines = Vec::new();
    while let Some(step) = analysis.step(items, &quit)? {
        lines.push(step.to_string());
    }
    Ok((lines, analysis.finish()))
}

fn rows(count: u64) -> String {
    let rows = (0..count).map(|i| format!("Wick,{}\n", i % 7));
    std::iter::once("port,height\n".to_owned())
        .chain(rows)
        .collect()
}

#[test]
fn each_chunk_says_how_far_it_is() {
    let (lines, summary) = analyse("tides.csv", rows(1000).as_bytes(), 300).unwrap();
    assert_eq!(
        lines,
        [
            "Processed 300/1000 items (30.0%)",
            "Processed 600/1000 items (60.0%)",
            "Processed 900/1000 items (90.0%)",
            "Processed 1000/1000 items (100.0%)",
        ]
    );
    assert_eq!(
        (summary.items, summary.total_by, summary.format),
        (1000, TotalBy::FirstPass, Format::Csv)
    );
    assert_eq!(summary.columns[1].distinct, 7);
}

#[test]
fn chunks_that_fit_exactly_leave_no_empty_one() {
    let (lines, _) = analyse("tides.csv", rows(200).as_bytes(), 100).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(analyse("tides.csv", b"a,b\n", 100).unwrap().0, [""; 0]);
}

#[test]
fn ragged_rows_are_reported_and_the_rest_counts() {
    let text = b"port,height\nWick,3.1\nOban\nLeith,4.2,x\nWick,\n";
    let (lines, summary) = analyse("tides.csv", text, 100).unwrap();
    assert_eq!(lines, ["Processed 4/4 items (100.0%)"]);
    assert_eq!((summary.items, summary.flawed.ragged), (4, 2));
    let reasons: Vec<_> = summary
        .flawed
        .examples
        .iter()
        .map(|example| (example.line, &*example.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            (3, "1 field where the header has 2"),
            (4, "3 fields where the header has 2")
        ]
    );
    let height = &summary.columns[1];
    assert_eq!((height.count, height.nulls), (1, 1));
}

#[test]
fn json_lines_count_missing_keys_as_nulls() {
    let text = b"{\"port\":\"Wick\",\"m\":3}\n{\"port\":\"Oban\"}\nnonsense\n{\"m\":5}\n";
    let (_, summary) = analyse("tides.jsonl", text, 2).unwrap();
    let figures: Vec<_> = summary
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.count, c.nulls))
        .collect();
    assert_eq!(figures, [("port", 2, 1), ("m", 2, 1)]);
    assert_eq!(
        (summary.items, summary.flawed.malformed, summary.format),
        (4, 1, Format::JsonLines)
    );
    assert_eq!(summary.columns[1].numbers.as_ref().unwrap().mean, Some(4.0));
}

#[test]
fn a_large_file_is_measured_by_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = io::BufWriter::new(fs::File::create(dir.path().join("large.tsv")).unwrap());
    file.write_all(b"n\ttext\n").unwrap();
    let text = "x".repeat(1000);
    let items = MAX_FIRST_PASS / 1000 + 1000;
    (0..items).for_each(|n| writeln!(file, "{n}\t{text}").unwrap());
    file.into_inner().unwrap();
    let (lines, summary) = run(&Root::open(dir.path()).unwrap(), "large.tsv", items / 2).unwrap();
    assert_eq!(summary.total_by, TotalBy::Bytes);
    assert_eq!(summary.items, items);
    let half = format!("Processed {}/", items / 2);
    assert!(
        lines[0].starts_with(&half)
            && (lines[0].contains("(50.0%)") || lines[0].contains("(49.9%)")),
        "{lines:?}"
    );
    assert!(lines.last().unwrap().ends_with("(100.0%)"), "{lines:?}");
}

#[test]
fn what_can_not_be_analysed_says_why() {
    let error = |name: &str, bytes: &[u8]| analyse(name, bytes, 10).err().unwrap().to_string();
    assert!(error("notes.txt", b"a").contains("name a .csv, .tsv, .jsonl or .ndjson file"));
    assert!(error("wide.csv", b"\xff\xfea\0,\0").contains("save it as UTF-8"));
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sub.csv")).unwrap();
    let root = Root::open(dir.path()).unwrap();
    let refused = |path| run(&root, path, 10).err().unwrap().to_string();
    assert!(refused("../x.csv").starts_with("../x.csv: outside the root"));
    assert!(refused("sub.csv").starts_with("sub.csv: a directory"));
    assert_eq!(refused("gone.csv"), "gone.csv: no such file under the root");
}

#[test]
fn invalid_utf_8_is_a_text_like_any_other() {
    let (_, summary) = analyse("latin.csv", b"caf\xe9,n\nth\xe9,1\n", 10).unwrap();
    assert_eq!(summary.columns[0].name, "caf\u{fffd}");
    assert_eq!(
        summary.columns[0].texts.as_ref().unwrap().first,
        "th\u{fffd}"
    );
    assert_eq!(summary.columns[1].numbers.as_ref().unwrap().count, 1);
}

#[test]
fn a_caller_that_left_ends_the_passes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tides.csv"), rows(5000)).unwrap();
    let root = Root::open(dir.path()).unwrap();
    let quit = Quit::default();
    let mut analysis = Analysis::open(&root, "tides.csv", &quit).unwrap();
    drop(quit.on_drop());
    assert!(matches!(analysis.step(5000, &quit), Err(Unusable::Quit)));
    assert!(matches!(
        Analysis::open(&root, "tides.csv", &quit),
        Err(Unusable::Quit)
    ));
}
