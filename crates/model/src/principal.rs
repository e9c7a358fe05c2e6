//! Who calls, once that has been proved, and what they may do.

use std::fmt;

/// Who calls: somebody whose credentials were checked.
///
/// What is remembered for a caller (sessions, events to replay, tasks) is bound to
/// [`id`](Self::id), and is as if it were not there for everybody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    id: Box<[u8]>,
    name: Box<str>,
    scopes: Scopes,
    expires: Option<u64>,
    /// It may do anything.
    owns: bool,
}

/// What a caller was allowed to do: names that whoever issued the credentials and whoever runs the
/// server agree on, as in `files:read` (RFC 6749 §3.3).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scopes(Box<[Box<str>]>);

// === impl Principal ===

impl Principal {
    /// Returns a principal without scopes whose credentials never expire.
    ///
    /// `id` is the same for the same caller each time, and for nobody else: it names the issuer too.
    /// `name` is for people and logs.
    #[must_use]
    pub fn new(id: impl Into<Box<[u8]>>, name: impl Into<Box<str>>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            scopes: Scopes::default(),
            expires: None,
            owns: false,
        }
    }

    /// Returns whoever started the process and may do anything with it, as over standard input. What
    /// is kept is bound to nobody: there is only the one.
    #[must_use]
    pub fn owner(name: impl Into<Box<str>>) -> Self {
        Self::new([], name).unrestricted()
    }

    /// Lets it do anything, whatever scopes that needs.
    #[must_use]
    pub const fn unrestricted(mut self) -> Self {
        self.owns = true;
        self
    }

    /// Sets what it may do.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Sets when its credentials expire, in seconds since 1970.
    #[must_use]
    pub const fn expiring_at(mut self, at: u64) -> Self {
        self.expires = Some(at);
        self
    }

    /// Returns what tells it from everybody else. Not for logs.
    #[must_use]
    pub const fn id(&self) -> &[u8] {
        &self.id
    }

    /// Returns how people know it. Not a secret, and not proof of anything.
    #[must_use]
    pub const fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it may do.
    #[must_use]
    pub const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Returns whether it may do what needs all these scopes.
    #[must_use]
    pub fn may(&self, needed: &Scopes) -> bool {
        self.owns || self.scopes.cover(needed)
    }

    /// Returns when its credentials expire, in seconds since 1970; `None`: never.
    #[must_use]
    pub const fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// Returns whether its credentials are over at `now`, in seconds since 1970.
    #[must_use]
    pub fn is_over(&self, now: u64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

// === impl Scopes ===

impl Scopes {
    /// Reads scopes as tokens and challenges write them: with spaces between (RFC 6749 §3.3).
    #[must_use]
    pub fn read(text: &str) -> Self {
        text.split_ascii_whitespace().collect()
    }

    /// Returns whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns them in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Returns whether `scope` is among them.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.0
            .binary_search_by(|known| (**known).cmp(scope))
            .is_ok()
    }

    /// Returns whether all of `needed` are among them.
    #[must_use]
    pub fn cover(&self, needed: &Self) -> bool {
        needed.iter().all(|scope| self.has(scope))
    }

    /// Returns these and `others`.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        self.iter().chain(others.iter()).collect()
    }
}

impl<S: Into<Box<str>>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut scopes: Vec<Box<str>> = scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes.into())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            f.write_str(scope)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set() {
        let scopes = Scopes::read("notes:write  notes:read notes:read");
        assert_eq!(scopes.to_string(), "notes:read notes:write");
        assert!(scopes.cover(&Scopes::read("notes:read")) && scopes.cover(&Scopes::default()));
        assert!(!scopes.cover(&Scopes::read("notes:read admin")));
        assert_eq!(
            scopes.and(&Scopes::read("a")).to_string(),
            "a notes:read notes:write"
        );
    }

    #[test]
    fn the_owner_may_do_anything() {
        let needed = Scopes::read("admin");
        assert!(Principal::owner("local").may(&needed));
        let alice = Principal::new(*b"alice", "alice");
        assert!(!alice.may(&needed) && alice.may(&Scopes::default()));
        assert!(alice.clone().with_scopes(needed.clone()).may(&needed));
        let alice = alice.unrestricted();
        assert!(alice.may(&needed) && alice.id() == b"alice");
    }

    #[test]
    fn its_id_is_not_for_logs() {
        let principal = Principal::new(*b"issuer|alice", "alice").expiring_at(10);
        assert!(!format!("{principal:?}").contains("issuer"));
        assert!(principal.is_over(10) && !principal.is_over(9));
    }
}
