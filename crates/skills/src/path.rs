//! Names, paths, and the URIs they become.

use std::fmt::Write;

/// Whether a skill may be called so (Agent Skills, `name`).
#[must_use]
pub fn is_skill_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// Returns where `path`, as a skill's text names it, leads from the skill's directory: a URI
/// without `.` and `..`. None if it leads out.
#[must_use]
pub fn resolve(directory: &str, path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!path.starts_with('/') && !parts.is_empty())
        .then(|| format!("{directory}/{}", parts.join("/")))
}

/// Whether a path is relative, leads nowhere but down, and has a spelling of its own.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| {
        !matches!(part, "" | "." | "..") && !part.chars().any(|letter| letter.is_control())
    })
}

/// Returns a path as it stands in a URI (RFC 3986 §3.3): `/` stays, what is no `pchar` is escaped.
#[must_use]
pub fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes all");
        }
    }
    out
}

/// Returns the media type of a file, by the ending of its name: those that skills are made of. Of
/// any other it is known only whether it is text.
pub(crate) fn media_type(path: &str, is_text: bool) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "md" => "text/markdown",
        "html" => "text/html",
        "css" => "text/css",
        "csv" => "text/csv",
        "js" | "mjs" => "text/javascript",
        "py" => "text/x-python",
        "sh" => "application/x-sh",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "toml" => "application/toml",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ if is_text => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        for good in ["a", "pdf-processing", "a1-2b", &"a".repeat(64)] {
            assert!(is_skill_name(good), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "a_b",
            "a b",
            "ä",
            &"a".repeat(65),
        ] {
            assert!(!is_skill_name(bad), "{bad}");
        }
    }

    #[test]
    fn references_stay_within_the_skill() {
        let from = |path| resolve("skill://a", path);
        assert_eq!(from("b/c.md").as_deref(), Some("skill://a/b/c.md"));
        assert_eq!(from("./b/../c.md").as_deref(), Some("skill://a/c.md"));
        for out in ["../b", "b/../../c", "/etc/passwd", "", ".", "b/.."] {
            assert_eq!(from(out), None, "{out}");
        }
    }

    #[test]
    fn uris_escape_what_they_must() {
        assert_eq!(escaped("a b/ä%.md"), "a%20b/%C3%A4%25.md");
        assert_eq!(escaped("a/b_c~1+2.md"), "a/b_c~1+2.md");
    }
}
