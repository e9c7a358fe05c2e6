//! Scopes that stand for others: `admin` for `files:read` and `files:write`.

use std::collections::BTreeMap;

use tidegate_model::Scopes;

use crate::{Error, words};

/// Scopes in the whole of a hierarchy. More is a slip of whoever generates it: policies of people
/// have dozens.
const SCOPES: usize = 1024;

/// Which scopes stand for which others.
#[derive(Clone, Debug, Default)]
pub struct Hierarchy(BTreeMap<Box<str>, Scopes>);

// === impl Hierarchy ===

impl Hierarchy {
    /// Reads it from pairs of a scope and those it stands for, which may stand for more.
    ///
    /// # Errors
    ///
    /// When one cannot be a scope, or there are more than a thousand.
    pub fn new<'a, I>(pairs: impl IntoIterator<Item = (&'a str, I)>) -> Result<Self, Error>
    where
        I: IntoIterator<Item = &'a str>,
    {
        let mut direct = BTreeMap::<Box<str>, Scopes>::new();
        let mut count = 0;
        for (scope, others) in pairs {
            words::scopes([scope])?;
            let others = words::scopes(others)?;
            count += 1 + others.iter().count();
            if count > SCOPES {
                return Err(Error::new(format!(
                    "the hierarchy of scopes has more than {SCOPES} entries: name fewer"
                )));
            }
            let known = direct.entry(scope.into()).or_default();
            *known = known.and(&others);
        }
        let scopes = direct.keys().cloned();
        let whole = scopes.map(|scope| (scope.clone(), closure(&direct, &scope)));
        Ok(Self(whole.collect()))
    }

    /// Returns `scopes` and all that they stand for.
    #[must_use]
    pub fn expand(&self, scopes: &Scopes) -> Scopes {
        let more = scopes.iter().filter_map(|scope| self.0.get(scope));
        more.fold(scopes.clone(), |all, more| all.and(more))
    }
}

/// Returns all that `scope` stands for, however far down; a circle ends where it began.
fn closure(direct: &BTreeMap<Box<str>, Scopes>, scope: &str) -> Scopes {
    let mut found = std::collections::BTreeSet::<&str>::new();
    let mut open: Vec<&str> = vec![scope];
    while let Some(next) = open.pop() {
        let below = direct.get(next).into_iter().flat_map(Scopes::iter);
        open.extend(below.filter(|scope| found.insert(scope)));
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reaches_all_the_way_down_and_never_up() {
        let hierarchy = Hierarchy::new([
            ("admin", vec!["files:write", "keys"]),
            ("files:write", vec!["files:read"]),
            ("a", vec!["b"]),
            ("b", vec!["a"]),
        ])
        .unwrap();
        let expand = |scopes| hierarchy.expand(&Scopes::read(scopes)).to_string();
        assert_eq!(expand("admin"), "admin files:read files:write keys");
        assert_eq!(expand("files:read"), "files:read");
        assert_eq!(expand("a"), "a b");
        assert_eq!(expand(""), "");
    }

    #[test]
    fn it_is_bounded_and_names_what_is_no_scope() {
        let many: Vec<String> = (0..SCOPES).map(|n| n.to_string()).collect();
        let many = [("all", many.iter().map(String::as_str))];
        assert!(Hierarchy::new(many).is_err());
        let error = Hierarchy::new([("admin", ["files read"])]).unwrap_err();
        assert!(error.to_string().contains("\"files read\""));
    }
}
