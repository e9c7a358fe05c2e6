//! Days on the command line: `2027-06-30`, which begins at midnight in UTC.

use std::time::SystemTime;

use jiff::{civil::Date, tz::TimeZone};
use tidegate::Deprecation;

/// Reads the day on which something deprecated ends.
pub(crate) fn sunset(text: &str) -> Result<SystemTime, String> {
    let begins = text
        .parse::<Date>()
        .and_then(|date| date.to_zoned(TimeZone::UTC))
        .map_err(|_| "write it as 2027-06-30".to_owned())?;
    let sunset = SystemTime::from(begins.timestamp());
    if sunset < Deprecation::default().since {
        return Err("it is deprecated since 2025-03-26, and ends after that".to_owned());
    }
    Ok(sunset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sunset_is_a_day_after_the_deprecation() {
        let day = sunset("2027-01-01").unwrap();
        let since = day.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(since.as_secs(), 1_798_761_600);
        for text in ["", "soon", "2027-13-01", "01.01.2027", "1798761600"] {
            assert!(sunset(text).unwrap_err().contains("2027-06-30"), "{text}");
        }
        assert!(sunset("2025-03-25").unwrap_err().contains("2025-03-26"));
    }
}
