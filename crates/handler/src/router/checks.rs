//! What may be registered: names, URIs, icons, extension ids. Each fault is a sentence that says how
//! to mend it.

use tidegate_model::Icon;

/// Whether a tool may be called so (2026-07-28 tools §Tool Names).
pub(super) fn is_tool_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Whether a URI, or a template of one, says where it leads without help: `scheme:…`
/// (RFC 3986 §4.3).
pub(super) fn is_absolute(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !rest
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control())
}

/// Whether an extension's id is one: `prefix/name`, where the prefix is dotted labels
/// (2026-07-28 basic §`_meta`, versioning §Extension Negotiation).
pub(super) fn is_extension_id(id: &str) -> bool {
    let Some((prefix, name)) = id.split_once('/') else {
        return false;
    };
    let label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_alphabetic())
            && label.ends_with(|last: char| last.is_ascii_alphanumeric())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    prefix.split('.').all(label)
        && name.starts_with(edge)
        && name.ends_with(edge)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Returns what is wrong with the icons of `whose`.
pub(super) fn icons(whose: &str, icons: &[Icon]) -> impl Iterator<Item = String> {
    icons
        .iter()
        .filter(|icon| !icon.is_allowed())
        .map(move |icon| {
            let src: String = icon.src.chars().take(80).collect();
            format!("{whose}: the icon {src:?} must be at an https: or data: URI")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_have_names_of_few_letters() {
        for name in [
            "a",
            "get_user",
            "admin.tools-list",
            "A".repeat(128).as_str(),
        ] {
            assert!(is_tool_name(name), "{name}");
        }
        for name in ["", "a b", "a/b", "naïve", "A".repeat(129).as_str()] {
            assert!(!is_tool_name(name), "{name}");
        }
    }

    #[test]
    fn uris_lead_somewhere_without_help() {
        for uri in ["file:///a", "urn:isbn:1", "test+a://{id}/b", "a:b"] {
            assert!(is_absolute(uri), "{uri}");
        }
        for uri in [
            "", "a", "/a/b", "://a", "1a:b", "a:", "a b:c", "a:b c", "a:b\n", "{x}:b",
        ] {
            assert!(!is_absolute(uri), "{uri}");
        }
    }

    #[test]
    fn extensions_have_a_prefix() {
        for id in ["io.modelcontextprotocol/ui", "org/a", "com.a-b.c/d_e.f"] {
            assert!(is_extension_id(id), "{id}");
        }
        for id in [
            "ui", "/ui", "org/", "1a.b/c", "a-/b", "a..b/c", "a/b/c", "a/-b", "ä/b",
        ] {
            assert!(!is_extension_id(id), "{id}");
        }
    }
}
