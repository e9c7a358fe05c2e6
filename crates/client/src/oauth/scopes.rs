//! What a token is good for, in the words of its server.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list of scopes, each once, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>")]
pub(crate) struct Scopes(Vec<String>);

/// How many scopes are asked for. The largest services have some dozens for everything they do; a list
/// that is longer came from somebody who wants to fill URLs.
const MOST: usize = 100;

/// How long a scope may be: those that are URLs have less than 100.
const LONGEST: usize = 256;

// === impl Scopes ===

impl Scopes {
    /// Reads scopes with spaces between them. What is no scope (RFC 6749 §3.3) is left aside.
    pub(crate) fn read(text: &str) -> Self {
        text.split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// Adds what is not there yet.
    pub(crate) fn add(&mut self, more: &Self) {
        let all = std::mem::take(&mut self.0).into_iter();
        *self = all.chain(more.0.iter().cloned()).collect();
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    pub(crate) fn has_all(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.has(scope))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}

impl FromIterator<String> for Scopes {
    fn from_iter<I: IntoIterator<Item = String>>(scopes: I) -> Self {
        let mut all: Vec<String> = Vec::new();
        for scope in scopes {
            if is_scope(&scope) && all.len() < MOST && !all.contains(&scope) {
                all.push(scope);
            }
        }
        Self(all)
    }
}

impl From<Vec<String>> for Scopes {
    fn from(scopes: Vec<String>) -> Self {
        scopes.into_iter().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

fn is_scope(text: &str) -> bool {
    let legal = |c: u8| c.is_ascii_graphic() && !matches!(c, b'"' | b'\\');
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_in_order() {
        let mut scopes = Scopes::read("b  a b");
        scopes.add(&Scopes::read("c a"));
        assert_eq!(scopes.to_string(), "b a c");
        assert!(scopes.has_all(&Scopes::read("c b")));
        assert!(!scopes.has_all(&Scopes::read("c d")));
    }

    #[test]
    fn what_is_no_scope_or_one_too_many_is_left_aside() {
        let odd = vec![
            "a\"b".to_owned(),
            "x y".to_owned(),
            String::new(),
            "é".to_owned(),
        ];
        assert!(Scopes::from(odd).is_empty());
        let many: Scopes = (0..1000).map(|n| format!("s{n}")).collect();
        assert_eq!(many.names().len(), MOST);
    }
}
