//! `process_files`.

use std::{fs, time::Duration};

use serde_json::json;

use crate::harness::Tools;

fn demo() -> Tools {
    Tools::with(&tidegate_tools::demo_documents().collect::<Vec<_>>())
}

#[tokio::test]
async fn each_document_is_announced_once_in_order() {
    let called = demo()
        .call("process_files", json!({ "message": "hello" }))
        .await;
    let mut names: Vec<_> = tidegate_tools::demo_documents()
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    let total = names.len();
    assert!(total >= 12);
    let mut lines: Vec<_> = (1..)
        .zip(&names)
        .map(|(done, name)| format!("Processing document {done}/{total}: {name}"))
        .collect();
    lines.push("Processing complete!".to_owned());
    assert_eq!(called.logs(), lines);
    let progress: Vec<_> = (1..=total)
        .map(|done| (done as f64, total as f64))
        .collect();
    assert_eq!(called.progress(), progress);
    assert!(
        called
            .of("notifications/message")
            .all(|params| params["level"] == "info")
    );
}

#[tokio::test]
async fn the_result_is_the_message_and_a_report() {
    let called = demo()
        .call("process_files", json!({ "message": "hello" }))
        .await;
    assert_eq!(called.text(), "Done: hello");
    let report = called.structured();
    assert_eq!(report["unreadable"], json!([]));
    let documents = report["documents"].as_array().unwrap();
    let notice = documents
        .iter()
        .find(|d| d["name"] == "notice-to-mariners.pdf")
        .unwrap();
    assert_eq!(notice["media_type"], "application/pdf");
    assert_eq!(notice["title"], "Notice to Mariners 14: Fairway dredging");
    assert_eq!(notice["pages"], 2);
    assert_eq!(notice["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(report["total"], documents.len());
}

#[tokio::test]
async fn without_a_message_the_result_is_the_count() {
    let tools = Tools::with(&[("a.txt", b"one"), ("b.txt", b"two")]);
    assert_eq!(
        tools.call("process_files", json!({})).await.text(),
        "Done: 2 documents"
    );
    let null = json!({ "paths": null, "message": null });
    assert_eq!(
        tools.call("process_files", null).await.text(),
        "Done: 2 documents"
    );
    let empty = Tools::with(&[]).call("process_files", json!({})).await;
    assert_eq!(
        (empty.logs(), empty.text().as_str()),
        (vec!["Processing complete!"], "Done: 0 documents")
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_and_the_rest_goes_on() {
    let tools = Tools::with(&[
        ("a.txt", b"good"),
        ("b.pdf", b"%PDF-1.7 broken"),
        ("c.txt", b"\xff\xfe\xfa"),
    ]);
    fs::create_dir(tools.root.path().join("folder")).unwrap();
    let paths = json!([
        "b.pdf",
        "folder",
        "../outside.txt",
        "/etc/hostname",
        "none.txt",
        "*.txt"
    ]);
    let called = tools.call("process_files", json!({ "paths": paths })).await;
    let report = called.structured();
    let reasons: Vec<_> = report["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["reason"].as_str().unwrap())
        .collect();
    let expected = [
        "not a readable PDF",
        "a directory",
        "outside the root",
        "outside the root",
        "no such file",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{reason}");
    }
    assert_eq!(report["documents"].as_array().unwrap().len(), 2);
    assert_eq!(called.progress().last(), Some(&(7.0, 7.0)));
    assert_eq!(called.text(), "Done: 7 documents, 5 of them unreadable");
}

#[cfg(unix)]
#[tokio::test]
async fn a_symlink_out_of_the_root_gives_nothing_away() {
    let tools = Tools::with(&[("a.txt", b"inside")]);
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), "secret").unwrap();
    std::os::unix::fs::symlink(outside.path(), tools.root.path().join("link.txt")).unwrap();
    let report = tools.call("process_files", json!({})).await.structured();
    assert_eq!(report["unreadable"][0]["name"], "link.txt");
    assert!(
        report["unreadable"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("outside the root")
    );
    assert_eq!(report["documents"][0]["name"], "a.txt");
}

#[tokio::test]
async fn a_broken_glob_and_arguments_of_another_kind_can_be_mended() {
    let tools = Tools::with(&[]);
    let broken = tools
        .call("process_files", json!({ "paths": ["a[b"] }))
        .await
        .failure();
    assert!(broken.contains("a[b"), "{broken}");
    let text = tools
        .call("process_files", json!({ "paths": "a.txt" }))
        .await
        .failure();
    assert!(text.contains("paths"), "{text}");
}

#[tokio::test]
async fn the_lines_come_while_the_work_runs() {
    // Two documents that take some milliseconds each to hash and to read.
    let book = "the tide rises, the tide falls ".repeat(200_000);
    let tools = Tools::with(&[("a.txt", book.as_bytes()), ("b.txt", book.as_bytes())]);
    let called = tools.call("process_files", json!({})).await;
    let (first, _) = called.messages[0];
    let (second, _) = called.messages[2];
    assert!(
        second - first > Duration::from_millis(2),
        "the second came with the first"
    );
}

#[tokio::test]
async fn a_caller_that_leaves_is_no_trouble() {
    let book = "the tide rises, the tide falls ".repeat(200_000);
    let tools = Tools::with(&[("a.txt", book.as_bytes())]);
    tools.call_and_leave("process_files", json!({})).await;
    assert_eq!(
        tools
            .call("echo", json!({ "message": "still here" }))
            .await
            .text(),
        "still here"
    );
}
