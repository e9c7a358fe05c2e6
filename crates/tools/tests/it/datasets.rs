//! `stream_data_analysis`.

use serde_json::json;

use crate::harness::Tools;

fn demo() -> Tools {
    Tools::with(&tidegate_tools::demo_documents().collect::<Vec<_>>())
}

#[tokio::test]
async fn each_chunk_is_one_line_and_one_progress() {
    let args = json!({ "dataset": "tide-predictions.csv", "chunk_size": 300 });
    let called = demo().call("stream_data_analysis", args).await;
    assert_eq!(
        called.logs(),
        [
            "Processed 300/1000 items (30.0%)",
            "Processed 600/1000 items (60.0%)",
            "Processed 900/1000 items (90.0%)",
            "Processed 1000/1000 items (100.0%)",
        ]
    );
    assert_eq!(
        called.progress(),
        [300.0, 600.0, 900.0, 1000.0].map(|done| (done, 1000.0))
    );
    assert_eq!(called.text(), "Analysis complete");
}

#[tokio::test]
async fn the_result_holds_the_figures_of_each_column() {
    let tools = demo();
    let args = json!({ "dataset": "tide-predictions.csv" });
    let called = tools.call("stream_data_analysis", args).await;
    assert_eq!(
        called.logs().len(),
        10,
        "a hundred a chunk unless said otherwise"
    );
    let summary = called.structured();
    assert_eq!(
        (&summary["items"], &summary["total_by"]),
        (&json!(1000), &json!("first_pass"))
    );
    let observed = &summary["columns"][2];
    assert_eq!(
        (&observed["name"], &observed["nulls"]),
        (&json!("observed_m"), &json!(6))
    );
    assert!(observed["numbers"]["quantiles"]["p50"].as_f64().unwrap() > 2.0);
    assert_eq!(summary["columns"][4]["distinct"], 3);
    for (dataset, items) in [
        ("berth-calls.jsonl", 240),
        ("weather-observations.tsv", 168),
    ] {
        let summary = tools
            .call("stream_data_analysis", json!({ "dataset": dataset }))
            .await
            .structured();
        assert_eq!(summary["items"], items);
        assert_eq!(summary["flawed"]["examples"], json!([]));
    }
}

#[tokio::test]
async fn ragged_rows_are_reported_and_the_rest_goes_on() {
    let tools = Tools::with(&[("ragged.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")]);
    let called = tools
        .call("stream_data_analysis", json!({ "dataset": "ragged.csv" }))
        .await;
    let summary = called.structured();
    assert_eq!(
        (&summary["items"], &summary["flawed"]["ragged"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(
        summary["flawed"]["examples"][0],
        json!({ "line": 3, "reason": "1 field where the header has 2" })
    );
    assert_eq!(summary["columns"][0]["numbers"]["mean"], 4.0);
}

#[tokio::test]
async fn what_can_not_be_used_can_be_mended() {
    let tools = Tools::with(&[("a.txt", b"a"), ("a.csv", b"a\n1\n")]);
    for (args, word) in [
        (json!({ "dataset": "a.txt" }), ".jsonl"),
        (json!({ "dataset": "../a.csv" }), "outside the root"),
        (json!({ "dataset": "none.csv" }), "no such file"),
        (json!({ "dataset": "a.csv", "chunk_size": 0 }), "chunk_size"),
        (json!({}), "dataset"),
    ] {
        let failure = tools.call("stream_data_analysis", args).await.failure();
        assert!(failure.contains(word), "{failure}");
    }
}

#[tokio::test]
async fn a_caller_that_leaves_ends_the_work() {
    let rows: String = (0..200_000).map(|i| format!("{i},x\n")).collect();
    let tools = Tools::with(&[("long.csv", format!("a,b\n{rows}").as_bytes())]);
    tools
        .call_and_leave(
            "stream_data_analysis",
            json!({ "dataset": "long.csv", "chunk_size": 1 }),
        )
        .await;
    assert_eq!(
        tools
            .call("echo", json!({ "message": "still here" }))
            .await
            .text(),
        "still here"
    );
}
