//! Which scopes a request needs: some for all, and more for a tool, a resource or a prompt.

use globset::{GlobBuilder, GlobMatcher};
use tidegate_model::{Method, Scopes};

use crate::{Error, words};

/// Rules of each kind. They are gone through for every call by name, and people write dozens.
const RULES: usize = 256;

/// Which scopes a request needs.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    all: Scopes,
    tools: Rules,
    resources: Rules,
    prompts: Rules,
}

/// Names, in the order in which they were given: the first that fits counts.
#[derive(Clone, Debug, Default)]
struct Rules(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    name: Name,
    own: Scopes,
    /// With those that all requests need.
    needs: Scopes,
}

#[derive(Clone, Debug)]
enum Name {
    Whole(Box<str>),
    Pattern(GlobMatcher),
}

// === impl Policy ===

impl Policy {
    /// Needs nothing yet but a caller that is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what every request needs.
    ///
    /// # Errors
    ///
    /// When one cannot be a scope.
    pub fn all(mut self, scopes: &[String]) -> Result<Self, Error> {
        self.all = words::scopes(scopes)?;
        for rules in [&mut self.tools, &mut self.resources, &mut self.prompts] {
            for rule in &mut rules.0 {
                rule.needs = rule.own.and(&self.all);
            }
        }
        Ok(self)
    }

    /// Sets what calling a tool needs besides. The name may be a pattern, as in `file_*`; of all
    /// rules that fit, the first counts.
    ///
    /// # Errors
    ///
    /// When one cannot be a scope, or the name is no pattern.
    pub fn tool(mut self, name: &str, scopes: &[String]) -> Result<Self, Error> {
        self.tools.add(name, scopes, &self.all)?;
        Ok(self)
    }

    /// Sets what reading and watching a resource needs besides, by its URI or a pattern of it.
    ///
    /// # Errors
    ///
    /// As [`tool`](Self::tool).
    pub fn resource(mut self, uri: &str, scopes: &[String]) -> Result<Self, Error> {
        self.resources.add(uri, scopes, &self.all)?;
        Ok(self)
    }

    /// Sets what getting a prompt needs besides.
    ///
    /// # Errors
    ///
    /// As [`tool`](Self::tool).
    pub fn prompt(mut self, name: &str, scopes: &[String]) -> Result<Self, Error> {
        self.prompts.add(name, scopes, &self.all)?;
        Ok(self)
    }

    /// Returns what a request needs; `name` is the tool's or the prompt's name, or the resource's
    /// URI. What listens to several resources needs what each of them needs.
    #[must_use]
    pub fn needs(&self, method: &Method, name: Option<&str>) -> &Scopes {
        let rules = match method {
            Method::ToolsCall => &self.tools,
            Method::ResourcesRead
            | Method::DirectoryRead
            | Method::Subscribe
            | Method::SkillsGet
            | Method::Unsubscribe => &self.resources,
            Method::PromptsGet => &self.prompts,
            _ => return &self.all,
        };
        let rule = name.and_then(|name| rules.find(name));
        rule.map_or(&self.all, |rule| &rule.needs)
    }

    /// Returns every scope that some request needs.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        let rules = [&self.tools, &self.resources, &self.prompts];
        let rules = rules.into_iter().flat_map(|rules| &rules.0);
        rules.fold(self.all.clone(), |all, rule| all.and(&rule.own))
    }
}

// === impl Rules ===

impl Rules {
    fn add(&mut self, name: &str, scopes: &[String], all: &Scopes) -> Result<(), Error> {
        if self.0.len() >= RULES {
            return Err(Error::new(format!(
                "there are more than {RULES} rules of a kind: use patterns, as in file_*"
            )));
        }
        let own = words::scopes(scopes)?;
        let name = if name.contains(['*', '?', '[', '{']) {
            // What `*` stands for may hold slashes: URIs are full of them.
            let pattern = GlobBuilder::new(name).literal_separator(false).build();
            let pattern = pattern.map_err(|error| {
                let name = words::name(name);
                Error::new(format!("{name:?} is no pattern: {}", error.kind()))
            })?;
            Name::Pattern(pattern.compile_matcher())
        } else {
            Name::Whole(name.into())
        };
        self.0.push(Rule {
            name,
            needs: own.and(all),
            own,
        });
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| match &rule.name {
            Name::Whole(whole) => **whole == *name,
            Name::Pattern(pattern) => pattern.is_match(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_rule_that_fits_counts_and_what_all_need_is_added() {
        let policy = Policy::new()
            .tool("file_write", &scopes("files:write files:read"))
            .and_then(|policy| policy.tool("file_*", &scopes("files:read")))
            .and_then(|policy| policy.tool("free", &[]))
            .and_then(|policy| policy.resource("file:///secret/**", &scopes("secrets")))
            .and_then(|policy| policy.prompt("plan", &scopes("plan")))
            .and_then(|policy| policy.all(&scopes("use")))
            .unwrap();
        for (method, name, needs) in [
            (
                Method::ToolsCall,
                Some("file_write"),
                "files:read files:write use",
            ),
            (Method::ToolsCall, Some("file_read"), "files:read use"),
            (Method::ToolsCall, Some("free"), "use"),
            (Method::ToolsCall, Some("other"), "use"),
            (Method::ToolsCall, None, "use"),
            (Method::ToolsList, Some("file_write"), "use"),
            (
                Method::ResourcesRead,
                Some("file:///secret/a/b"),
                "secrets use",
            ),
            (Method::Subscribe, Some("file:///secret/a"), "secrets use"),
            (Method::ResourcesRead, Some("file:///open"), "use"),
            (Method::PromptsGet, Some("plan"), "plan use"),
            (Method::PromptsGet, Some("file_write"), "use"),
            (Method::SkillsGet, Some("file:///secret/a"), "secrets use"),
            // What it completes stands deeper: whoever serves asks for that.
            (Method::Complete, Some("plan"), "use"),
            (Method::Discover, None, "use"),
        ] {
            assert_eq!(
                policy.needs(&method, name).to_string(),
                needs,
                "{method:?} {name:?}"
            );
        }
        assert_eq!(
            policy.scopes().to_string(),
            "files:read files:write plan secrets use"
        );
    }

    #[test]
    fn slips_are_told() {
        assert!(Policy::new().tool("a", &scopes("a\"b")).is_err());
        assert!(
            Policy::new()
                .tool("[a", &[])
                .unwrap_err()
                .to_string()
                .contains("no pattern")
        );
        let many = (0..=RULES).try_fold(Policy::new(), |policy, _| policy.tool("a", &[]));
        assert!(many.is_err());
    }
}
