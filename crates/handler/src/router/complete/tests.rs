use super::*;

fn written(completion: Completion) -> serde_json::Value {
    match completion.into() {
        Outcome::Complete(complete) => complete.result.decode().expect("JSON"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_offers_what_begins_alike() {
    let found = starting_like(&["Oslo", "oban", "Bergen", "Ålesund"], "O");
    assert_eq!(
        written(found),
        json!({"completion": {"values": ["Oslo", "oban"], "total": 2, "hasMore": false}})
    );
    assert_eq!(starting_like(&["Ålesund"], "ål").values, ["Ålesund"]);
    assert_eq!(starting_like(&["a", "b"], "").values, ["a", "b"]);
}

#[test]
fn a_hundred_values_are_the_most() {
    let many = Completion::new((0..250).map(|number: u32| number.to_string()));
    assert_eq!(many.values.len(), 100);
    assert_eq!((many.total, many.has_more), (Some(250), true));
    let hundred = Completion::new((0..100).map(|number: u32| number.to_string()));
    assert_eq!((hundred.total, hundred.has_more), (Some(100), false));
    let some = Completion::new(["a"]).of(None);
    assert_eq!(
        written(some),
        json!({"completion": {"values": ["a"], "hasMore": true}})
    );
}

#[test]
fn a_request_is_read() {
    let params = json!({
        "ref": {"type": "ref/prompt", "name": "greet"},
        "argument": {"name": "who", "value": "a"},
        "context": {"arguments": {"how": "kindly"}},
    });
    let (place, request) = read(&params.into()).expect("reads");
    assert_eq!(place, Place::Prompt("greet".to_owned(), "who".to_owned()));
    assert_eq!(request.value, "a");
    assert_eq!(request.context["how"], "kindly");
    for bad in [
        json!({}),
        json!({"ref": {"type": "ref/tool", "name": "a"}, "argument": {"name": "a", "value": ""}}),
        json!({"ref": {"type": "ref/prompt"}, "argument": {"name": "a", "value": ""}}),
        json!({"ref": {"type": "ref/prompt", "name": "a"}, "argument": {"name": "a"}}),
    ] {
        assert!(read(&bad.into()).is_err());
    }
}
