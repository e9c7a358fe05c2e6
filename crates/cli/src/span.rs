//! A length of time as people type it: `30s`, `500ms`, `2m`, `1h`; a bare number is seconds.

use std::time::Duration;

/// Reads a length of time.
///
/// # Errors
///
/// When it is none, or zero, or longer than a year: then a slip is likelier than a wish.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    const YEAR: f64 = 365.0 * 24.0 * 3600.0;
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong(text)),
    };
    let number: f64 = digits.parse().map_err(|_| wrong(text))?;
    let seconds = number * unit;
    if !(seconds > 0.0 && seconds <= YEAR) {
        return Err(wrong(text));
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn wrong(text: &str) -> String {
    format!("`{text}` is no length of time; write it as 500ms, 30s, 2m or 1h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_fractions() {
        for (text, millis) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("1.5", 1_500),
            ("2m", 120_000),
            ("0.5h", 1_800_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_says_how_to_write_one() {
        for text in ["", "s", "0", "-1s", "5d", "NaN", "inf", "1e9h", "3 s"] {
            assert!(parse(text).unwrap_err().contains("500ms"), "{text}");
        }
    }
}
