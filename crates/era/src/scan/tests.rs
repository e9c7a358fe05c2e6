use proptest::prelude::*;

use super::*;

fn scan(text: &str) -> Result<Range<usize>, Malformed> {
    let mut scan = Scan::new(text.as_bytes());
    let range = scan.value()?;
    scan.end()?;
    Ok(range)
}

#[test]
fn values_are_found_where_they_lie() {
    assert_eq!(scan(r#"  {"a":[1,{"b":null}],"c":{}} "#), Ok(2..29));
    assert_eq!(scan("[]"), Ok(0..2));
    assert_eq!(scan(r#""a\u00e9\n""#), Ok(0..11));
    assert_eq!(scan("-0.5e+9"), Ok(0..7));
}

#[test]
fn what_is_not_json_is_refused_at_its_place() {
    for (text, at) in [
        ("", 0),
        ("{", 1),
        ("[1,]", 3),
        (r#"{"a" 1}"#, 5),
        (r#"{"a":1,}"#, 7),
        ("[1}", 2),
        ("01", 1),
        ("1.", 2),
        ("-", 1),
        ("nul", 0),
        ("\"a\nb\"", 2),
        (r#""\x""#, 2),
        (r#""\u12g4""#, 2),
        ("[1] 2", 4),
        ("\u{feff}1", 0),
    ] {
        assert_eq!(scan(text), Err(Malformed::Syntax(at)), "{text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(scan(&deep(128)).is_ok());
    assert_eq!(scan(&deep(129)), Err(Malformed::TooDeep));
    assert_eq!(scan(&deep(10_000)), Err(Malformed::TooDeep));
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{}",:0-9eE.+\-a-c \\untrlfs]{0,24}"#) {
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        prop_assert_eq!(scan(&text).is_ok(), theirs, "{:?}", text);
    }

    #[test]
    fn prefix_agrees_with_the_plain_loop(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let plain = bytes
            .iter()
            .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
            .count();
        prop_assert_eq!(plain_prefix(&bytes), plain);
    }
}
