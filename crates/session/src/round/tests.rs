use serde_json::json;

use super::*;

fn digest(params: &str) -> CallDigest {
    CallDigest::of(&Method::ToolsCall, &Raw::trusted(params.to_owned().into()))
}

#[test]
fn no_two_calls_are_one() {
    for (one, other) in [
        // A number that no double holds, and half of a surrogate: neither has a canonical form.
        (r#"{"to":"ann","x":1e999}"#, r#"{"to":"bob","x":1e999}"#),
        (
            r#"{"to":"ann","x":"\ud800"}"#,
            r#"{"to":"bob","x":"\ud800"}"#,
        ),
        // Neighbours that a double cannot tell apart, exchanged.
        (
            r#"{"a":9007199254740993,"b":9007199254740992}"#,
            r#"{"a":9007199254740992,"b":9007199254740993}"#,
        ),
        (
            r#"{"a":9007199254740993,"b":9007199254740992.0}"#,
            r#"{"a":9007199254740992.0,"b":9007199254740993}"#,
        ),
    ] {
        assert_ne!(digest(one), digest(other), "{one}");
    }
    assert_eq!(
        digest(r#"{"n":1e16}"#),
        digest(r#"{"n":10000000000000000}"#)
    );
    assert_eq!(digest(r#"{"x":1e999}"#), digest(r#"{"x":1e999}"#));
}

#[test]
fn a_call_is_the_same_however_it_is_written() {
    let one = digest(r#"{"name":"x","arguments":{"a":1,"b":[2.0,"é"]}}"#);
    for same in [
        r#"{"arguments": {"b": [2, "\u00e9"], "a": 1.0}, "name": "x"}"#,
        r#"{"name":"x","arguments":{"a":1,"b":[2.0,"é"]},"_meta":{"progressToken":7}}"#,
        r#"{"name":"x","arguments":{"a":1,"b":[2.0,"é"]},"inputResponses":{},"requestState":"s"}"#,
    ] {
        assert_eq!(digest(same), one, "{same}");
    }
    for other in [
        r#"{"name":"y","arguments":{"a":1,"b":[2.0,"é"]}}"#,
        r#"{"name":"x","arguments":{"a":1,"b":["é",2.0]}}"#,
        r#"{"name":"x","arguments":{"a":"1","b":[2.0,"é"]}}"#,
    ] {
        assert_ne!(digest(other), one, "{other}");
    }
    assert_ne!(
        digest(r#"{"n":9007199254740993}"#),
        digest(r#"{"n":9007199254740992}"#),
        "accounts next to each other"
    );
}

#[test]
fn a_state_opens_for_its_caller_and_call_in_its_time() {
    let keys = Keys::generate().expect("entropy");
    let call = digest(r#"{"name":"x"}"#);
    let answer = Raw::of(&json!({"action": "accept"})).expect("JSON");
    let answers = Answers::from([
        ("ok".to_owned(), Ok(answer.clone())),
        (
            "no".to_owned(),
            Err(tidegate_model::Failure::tool("refused")),
        ),
    ]);
    let round = Round::new(call, answers, 100).expect("entropy");
    let sealed = round.seal(&keys, b"ann").expect("entropy").expect("small");
    let open = |state: &str, who: &[u8], call, now| Round::open(&keys, state, who, || call, now);
    let opened = open(&sealed, b"ann", call, 99).expect("opens");
    assert_eq!(
        opened.answers,
        Answers::from([("ok".to_owned(), Ok(answer))])
    );
    assert_eq!(opened.nonce, round.nonce);
    assert_eq!(open(&sealed, b"bob", call, 99), Err(Stale::Forged));
    let unread = || panic!("a stranger's state is not worth a walk over the parameters");
    let foreign = Round::open(&keys, &sealed, b"bob", unread, 99);
    assert_eq!(foreign, Err(Stale::Forged));
    assert_eq!(open(&sealed, b"ann", call, 100), Err(Stale::Expired));
    let other = digest(r#"{"name":"y"}"#);
    assert_eq!(open(&sealed, b"ann", other, 99), Err(Stale::OtherCall));
    for forged in [
        format!("{sealed}-TAMPERED"),
        String::new(),
        "AAAA".to_owned(),
    ] {
        assert_eq!(open(&forged, b"ann", call, 99), Err(Stale::Forged));
    }
}

#[test]
fn a_session_id_is_no_state() {
    let keys = Keys::generate().expect("entropy");
    let call = digest("{}");
    let round = Round::new(call, Answers::new(), 100).expect("entropy");
    let sealed = round.seal(&keys, b"").expect("entropy").expect("small");
    assert!(keys.open(sealed.as_bytes(), b"").is_none());
}
