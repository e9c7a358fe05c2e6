//! What is read, what is refused, and how it is written back.

use serde_json::{Value, from_value, json};

use super::*;

type Bytes = Size<1024, { 1 << 30 }>;
type Time = Span<100, 3_600_000>;

#[test]
fn sizes_are_read_and_written_back_as_short_as_they_go() {
    for (written, bytes, shown) in [
        (json!(4096), 4096, "4KiB"),
        (json!("4096"), 4096, "4KiB"),
        (json!("4MiB"), 4 << 20, "4MiB"),
        (json!("4MB"), 4 << 20, "4MiB"),
        (json!("64k"), 64 << 10, "64KiB"),
        (json!("1gib"), 1 << 30, "1GiB"),
        (json!("1500b"), 1500, "1500"),
    ] {
        let size: Bytes = from_value(written.clone()).unwrap();
        assert_eq!(size.get(), bytes, "{written}");
        assert_eq!(json!(size), json!(shown), "{written}");
    }
}

#[test]
fn what_is_no_size_or_beyond_its_bounds_says_so() {
    for (written, says) in [
        (json!("4 MiB"), "write it as 65536"),
        (json!("4TiB"), "write it as 65536"),
        (json!("-1"), "write it as 65536"),
        (json!(-1), "write it as 65536"),
        (json!("99999999999999999GiB"), "write it as 65536"),
        (json!(""), "write it as 65536"),
        (json!(true), "64KiB"),
        (json!(0), "0 is too little: at least 1KiB"),
        (json!("2GiB"), "2GiB is too much: at most 1GiB"),
    ] {
        assert_says::<Bytes>(&written, says);
    }
}

#[test]
fn times_are_read_and_written_back_as_short_as_they_go() {
    for (written, millis, shown) in [
        (json!("500ms"), 500, "500ms"),
        (json!("65s"), 65_000, "65s"),
        (json!(65), 65_000, "65s"),
        (json!(1.5), 1_500, "1500ms"),
        (json!("120s"), 120_000, "2m"),
        (json!("1h"), 3_600_000, "1h"),
    ] {
        let span: Time = from_value(written.clone()).unwrap();
        assert_eq!(span.get().as_millis(), millis, "{written}");
        assert_eq!(json!(span), json!(shown), "{written}");
    }
}

#[test]
fn what_is_no_time_or_beyond_its_bounds_says_so() {
    for (written, says) in [
        (json!("soon"), "`soon` is no length of time"),
        (json!("0s"), "500ms"),
        (json!(0), "500ms"),
        (json!(-1), "500ms"),
        (json!([]), "500ms"),
        (json!("99ms"), "99ms is too little: at least 100ms"),
        (json!("2h"), "2h is too much: at most 1h"),
    ] {
        assert_says::<Time>(&written, says);
    }
}

#[test]
fn counts_have_bounds() {
    let count: Count<1, 10> = from_value(json!(10)).unwrap();
    assert_eq!(count.get(), 10);
    for (written, says) in [
        (json!(0), "0 is too little: at least 1"),
        (json!(11), "11 is too much: at most 10"),
        (json!(-1), "1 to 10"),
        (json!(1.5), "whole number, 1 to 10"),
        (json!("many"), "whole number, 1 to 10"),
    ] {
        assert_says::<Count<1, 10>>(&written, says);
    }
}

#[track_caller]
fn assert_says<T: de::DeserializeOwned + fmt::Debug>(written: &Value, says: &str) {
    let why = from_value::<T>(written.clone()).unwrap_err().to_string();
    assert!(why.contains(says), "{written}: {why}");
}
