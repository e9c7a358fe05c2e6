//! The lines of the suite that are run.

/// A line of the suite; `suite/package.json` pins both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// 0.1.16, the last that knows nothing of the modern era.
    Old,
    /// 0.2.0-alpha.12: validates every message against the revision's schema, knows the modern era.
    New,
}

// === impl Line ===

impl Line {
    /// The folder under `node_modules`.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Old => "suite-0.1",
            Self::New => "suite-0.2",
        }
    }

    pub(super) fn version(self) -> &'static str {
        match self {
            Self::Old => "0.1.16",
            Self::New => "0.2.0-alpha.12",
        }
    }

    /// What makes it run an extension's scenario, which no revision has.
    pub(super) fn force(self) -> Option<&'static str> {
        (self == Self::New).then_some("--force")
    }

    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Old => "0.1",
            Self::New => "0.2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_versions_are_those_that_are_named() {
        let pinned = include_str!("../../suite/package.json");
        for line in [Line::Old, Line::New] {
            let entry = format!(
                "\"{}\": \"npm:@modelcontextprotocol/conformance@{}\"",
                line.folder(),
                line.version()
            );
            assert!(pinned.contains(&entry), "{entry}");
        }
    }
}
