//! One line of talk: a log message or a step of progress, legible without colour.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;
use tidegate::Level;

use crate::printable::printable;

/// Letters of the first column: the longest level's name, `emergency`.
const MARGIN: usize = 9;

/// Writes a log message: its level, its logger if it names one, and what it says.
pub(super) fn log(
    to: &mut impl Write,
    level: Level,
    logger: Option<&str>,
    data: &Value,
) -> io::Result<()> {
    let said = match data {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let said = match logger {
        Some(logger) => format!("[{logger}] {said}"),
        None => said,
    };
    write(to, style(level), level.name(), &said)
}

/// Writes a step of progress, where no bar can show it.
pub(super) fn progress(
    to: &mut impl Write,
    done: f64,
    total: Option<f64>,
    message: Option<&str>,
) -> io::Result<()> {
    write(
        to,
        Style::new().dimmed(),
        "progress",
        &steps(done, total, message),
    )
}

/// Returns `3/14 message`, or without a total `3 message`.
pub(super) fn steps(done: f64, total: Option<f64>, message: Option<&str>) -> String {
    let total = total.map_or_else(String::new, |total| format!("/{total}"));
    let gap = if message.is_some() { "  " } else { "" };
    format!("{done}{total}{gap}{}", message.unwrap_or_default())
}

fn write(to: &mut impl Write, style: Style, head: &str, said: &str) -> io::Result<()> {
    // Further lines stand under the first, so that none can pass for a message of its own.
    let said = printable(said).replace('\n', &format!("\n{:MARGIN$}  ", ""));
    writeln!(to, "{style}{head:<MARGIN$}{style:#}  {said}")
}

fn style(level: Level) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match level {
        Level::Debug => Style::new().dimmed(),
        Level::Info => colour(AnsiColor::Green),
        Level::Notice => colour(AnsiColor::Cyan),
        Level::Warning => colour(AnsiColor::Yellow),
        Level::Error => colour(AnsiColor::Red),
        Level::Critical | Level::Alert | Level::Emergency => colour(AnsiColor::Red).bold(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(level: Level, logger: Option<&str>, data: &Value) -> String {
        let mut plain = anstream::StripStream::new(Vec::new());
        log(&mut plain, level, logger, data).unwrap();
        String::from_utf8(plain.into_inner()).unwrap()
    }

    #[test]
    fn words_stand_in_one_column_whatever_the_level() {
        for level in Level::ALL {
            let line = told(level, None, &json!("calm"));
            assert_eq!(line.find("calm"), Some(MARGIN + 2), "{line}");
            assert!(line.starts_with(level.name()), "{line}");
        }
    }

    #[test]
    fn structured_data_and_a_logger_are_told() {
        assert_eq!(
            told(Level::Warning, Some("pilot"), &json!({"knots": 9})),
            "warning    [pilot] {\"knots\":9}\n"
        );
    }

    #[test]
    fn a_message_forges_no_second_message() {
        assert_eq!(
            told(Level::Info, None, &json!("one\nerror      two\u{1b}[2J")),
            "info       one\n           error      two\\u{1b}[2J\n"
        );
    }

    #[test]
    fn progress_counts_as_people_do() {
        assert_eq!(steps(3.0, Some(14.0), None), "3/14");
        assert_eq!(
            steps(0.25, Some(1.0), Some("a quarter")),
            "0.25/1  a quarter"
        );
        assert_eq!(steps(7.0, None, None), "7");
        let mut plain = anstream::StripStream::new(Vec::new());
        progress(&mut plain, 1.0, Some(2.0), Some("half")).unwrap();
        assert_eq!(plain.into_inner(), b"progress   1/2  half\n");
    }
}
