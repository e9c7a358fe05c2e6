//! What a command printed, held against what a page says.

/// Compares the lines of a page with those that were printed, and returns the first that is wrong.
pub(super) type Compare = fn(expected: &[String], said: &[String]) -> Option<String>;

/// Returns the first of the lines that is not part of what was said, in this order.
pub(super) fn missing(expected: &[String], said: &[String]) -> Option<String> {
    let mut said = said.iter();
    let mut expected = expected.iter();
    let missing = expected.find(|wanted| !said.any(|line| holds(line, wanted)));
    missing.cloned()
}

/// Returns whether a line holds the parts of `wanted` between each `…`, in this order.
fn holds(mut line: &str, wanted: &str) -> bool {
    wanted.split('…').all(|part| match line.split_once(part) {
        Some((_, rest)) => {
            line = rest;
            true
        }
        None => false,
    })
}

/// Returns the first line in which the two differ, empty ones aside.
pub(super) fn different(expected: &[String], said: &[String]) -> Option<String> {
    let mut said = said
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty());
    let mut expected = expected.iter();
    let wrong = expected.find(|wanted| !said.next().is_some_and(|line| is(line, wanted)));
    wrong.cloned().or_else(|| said.next().map(str::to_owned))
}

/// Returns whether a line is `wanted`, in which each `…` stands for anything.
fn is(line: &str, wanted: &str) -> bool {
    let Some((begin, rest)) = wanted.split_once('…') else {
        return line == wanted;
    };
    let Some(line) = line.strip_prefix(begin) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('…').unwrap_or(("", rest));
    line.strip_suffix(end)
        .is_some_and(|line| holds(line, middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_held_against_the_page_in_order() {
        let lines =
            |lines: &[&str]| -> Vec<String> { lines.iter().map(|&line| line.into()).collect() };
        let said = lines(&["progress   1/2", "progress   2/2", "Done"]);
        assert_eq!(missing(&lines(&["1/2", "Done"]), &said), None);
        assert_eq!(missing(&lines(&["pro…ess…2/2"]), &said), None);
        assert_eq!(
            missing(&lines(&["Done", "1/2"]), &said).as_deref(),
            Some("1/2")
        );
    }

    #[test]
    fn what_is_printed_is_the_page_line_by_line_and_nothing_else() {
        let lines =
            |lines: &[&str]| -> Vec<String> { lines.iter().map(|&line| line.into()).collect() };
        let said = lines(&["at 9:30: one of 2", "", "Done"]);
        for same in ["at 9:30: one of 2", "at …: one of 2", "at …: … of …", "…"] {
            assert_eq!(different(&lines(&[same, "Done"]), &said), None, "{same}");
        }
        for other in ["at 9:30", "… one", "9:30…", "at …: two…"] {
            let found = different(&lines(&[other, "Done"]), &said);
            assert_eq!(found.as_deref(), Some(other));
        }
        let cut = different(&lines(&["at…"]), &said);
        assert_eq!(cut.as_deref(), Some("Done"), "more than the page says");
        let more = different(&lines(&["at…", "Done", "Well"]), &said);
        assert_eq!(more.as_deref(), Some("Well"), "less than the page says");
    }
}
