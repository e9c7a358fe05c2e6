//! Did you mean …: the names that come nearest to one that does not exist.

/// How alike two names must be, by Jaro and Winkler, where 1 is the same: as clap judges flags.
const ALIKE: f64 = 0.7;

/// Names that are worth a reader's time.
const MAX_NAMES: usize = 3;

/// Returns the nearest of `names`, the nearest first.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = name.to_lowercase();
    let mut near: Vec<_> = names
        .into_iter()
        .map(|other| (strsim::jaro_winkler(&folded, &other.to_lowercase()), other))
        .filter(|(alike, _)| *alike > ALIKE)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.truncate(MAX_NAMES);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Returns a sentence that helps whoever asked for `name`; nothing if there are no names at all.
pub(crate) fn hint(name: &str, what: &str, names: &[String]) -> Option<String> {
    let near = nearest(name, names.iter().map(String::as_str));
    if !near.is_empty() {
        return Some(format!("did you mean {}?", near.join(", ")));
    }
    // A screen line or two; `tidegate list` has them all.
    let shown = &names[..names.len().min(12)];
    let more = if shown.len() < names.len() {
        ", …"
    } else {
        ""
    };
    (!shown.is_empty()).then(|| format!("the server's {what}s: {}{more}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOLS: [&str; 4] = ["process_files", "calculate", "echo", "count"];

    #[test]
    fn a_slip_of_the_finger_finds_its_tool() {
        for (name, tool) in [
            ("proces_files", "process_files"),
            ("ECHO", "echo"),
            ("calc", "calculate"),
            ("cuont", "count"),
        ] {
            assert_eq!(nearest(name, TOOLS).first(), Some(&tool), "{name}");
        }
    }

    #[test]
    fn a_name_like_none_gets_the_list_and_no_list_gets_nothing() {
        let tools = TOOLS.map(str::to_owned);
        assert_eq!(nearest("zzz", TOOLS), [""; 0]);
        assert_eq!(
            hint("zzz", "tool", &tools).unwrap(),
            "the server's tools: process_files, calculate, echo, count"
        );
        assert_eq!(hint("eco", "tool", &tools).unwrap(), "did you mean echo?");
        assert_eq!(hint("zzz", "tool", &[]), None);
    }

    #[test]
    fn a_thousand_names_are_not_all_told() {
        let names: Vec<_> = (0..1000).map(|n| format!("t{n}")).collect();
        let hint = hint("zzz", "tool", &names).unwrap();
        assert!(hint.len() < 100 && hint.ends_with("t11, …"), "{hint}");
    }
}
