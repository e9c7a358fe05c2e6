//! Families of resources: URIs made by a template (RFC 6570, level 1).

use std::{collections::BTreeMap, fmt};

use tidegate_model::ResourceTemplate;

use super::{
    resource::Read,
    said::{readable, said},
};

/// A family's URI template and what is said of it.
#[derive(Clone, Debug)]
pub struct TemplateSpec(pub(crate) ResourceTemplate);

said!(TemplateSpec, 0);
readable!(TemplateSpec, 0);

/// A family, ready to be read.
pub(crate) struct Entry {
    pub(crate) template: ResourceTemplate,
    pub(crate) pattern: Pattern,
    pub(crate) read: Read,
}

/// A URI template taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    start: String,
    /// Each variable, and the text after it.
    vars: Vec<(String, String)>,
}

// === impl TemplateSpec ===

impl TemplateSpec {
    /// Returns a family's URI template and name: `test://boats/{name}`.
    pub fn new(uri_template: impl Into<String>, name: impl Into<String>) -> Self {
        Self(ResourceTemplate::new(uri_template, name))
    }
}

// === impl Pattern ===

impl Pattern {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// When a variable is none of level 1: operators and adjoining variables could be read back in
    /// more than one way.
    pub(crate) fn read(template: &str) -> Result<Self, String> {
        let fail = || format!("{template:?} is no template of the form scheme://a/{{var}}/b");
        let mut parts = template.split('{');
        let start = parts.next().unwrap_or_default().to_owned();
        let vars = parts
            .map(|part| {
                let (name, rest) = part.split_once('}').ok_or_else(fail)?;
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                if name.is_empty() || !name.bytes().all(plain) || rest.contains('}') {
                    return Err(fail());
                }
                Ok((name.to_owned(), rest.to_owned()))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let inner = vars.len().saturating_sub(1);
        if start.contains('}')
            || vars.is_empty()
            || vars[..inner].iter().any(|(_, rest)| rest.is_empty())
        {
            return Err(fail());
        }
        Ok(Self { start, vars })
    }

    /// Returns whether it has a variable of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.vars.iter().any(|(var, _)| var == name)
    }

    /// Returns what the variables stand for in `uri`, if it is one of the family. A variable does
    /// not cross a slash.
    pub(crate) fn match_uri(&self, uri: &str) -> Option<BTreeMap<String, String>> {
        let mut rest = uri.strip_prefix(self.start.as_str())?;
        let mut found = BTreeMap::new();
        for (name, after) in &self.vars {
            let end = if after.is_empty() {
                rest.len()
            } else {
                rest.find(after.as_str())?
            };
            let (value, tail) = rest.split_at(end);
            if value.is_empty() || value.contains('/') {
                return None;
            }
            found.insert(name.clone(), value.to_owned());
            rest = &tail[after.len()..];
        }
        rest.is_empty().then_some(found)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.template.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(template: &str, uri: &str) -> Option<Vec<(String, String)>> {
        let pattern = Pattern::read(template).expect("a template");
        pattern
            .match_uri(uri)
            .map(|vars| vars.into_iter().collect())
    }

    #[test]
    fn uris_are_matched() {
        let found = vars("test://template/{id}/data", "test://template/123/data");
        assert_eq!(found, Some(vec![("id".to_owned(), "123".to_owned())]));
        assert_eq!(
            vars("a://{x}/{y}", "a://1/2").map(|vars| vars.len()),
            Some(2)
        );
    }

    #[test]
    fn strangers_are_not() {
        for uri in [
            "test://template//data",
            "test://template/1/2/data",
            "test://template/1/date",
            "x",
        ] {
            assert_eq!(vars("test://template/{id}/data", uri), None, "{uri}");
        }
    }

    #[test]
    fn templates_beyond_level_1_are_refused() {
        for template in [
            "a://b",
            "a://{+x}",
            "a://{x",
            "a://{x}{y}",
            "a://x}",
            "a://{}",
        ] {
            assert!(Pattern::read(template).is_err(), "{template}");
        }
    }
}
