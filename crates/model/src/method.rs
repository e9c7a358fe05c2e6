//! The methods of the protocol, all revisions together.

use crate::Text;

/// What a message asks for or tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// `initialize` (legacy).
    Initialize,
    /// `ping` (legacy).
    Ping,
    /// `logging/setLevel` (legacy).
    SetLevel,
    /// `resources/subscribe` (legacy).
    Subscribe,
    /// `resources/unsubscribe` (legacy).
    Unsubscribe,
    /// `server/discover` (modern).
    Discover,
    /// `subscriptions/listen` (modern).
    Listen,
    /// `tools/list`.
    ToolsList,
    /// `tools/call`.
    ToolsCall,
    /// `resources/list`.
    ResourcesList,
    /// `resources/templates/list`.
    TemplatesList,
    /// `resources/read`.
    ResourcesRead,
    /// `prompts/list`.
    PromptsList,
    /// `prompts/get`.
    PromptsGet,
    /// `completion/complete`.
    Complete,
    /// `tasks/get` (modern, the tasks extension).
    TasksGet,
    /// `tasks/update` (modern, the tasks extension).
    TasksUpdate,
    /// `tasks/cancel` (modern, the tasks extension).
    TasksCancel,
    /// `skills/list` (modern, the skills extension).
    SkillsList,
    /// `skills/get` (modern, the skills extension).
    SkillsGet,
    /// `resources/directory/read` (modern, the skills extension).
    DirectoryRead,
    /// `notifications/initialized` (legacy).
    Initialized,
    /// `notifications/cancelled`.
    Cancelled,
    /// Any other method, by its name: an extension's, or one nobody knows.
    Other(Text),
}

/// Every method with a name of its own, beside that name.
const NAMES: [(Method, &str); 23] = [
    (Method::ToolsCall, "tools/call"),
    (Method::ToolsList, "tools/list"),
    (Method::ResourcesRead, "resources/read"),
    (Method::ResourcesList, "resources/list"),
    (Method::TemplatesList, "resources/templates/list"),
    (Method::PromptsGet, "prompts/get"),
    (Method::PromptsList, "prompts/list"),
    (Method::Complete, "completion/complete"),
    (Method::Discover, "server/discover"),
    (Method::Listen, "subscriptions/listen"),
    (Method::TasksGet, "tasks/get"),
    (Method::TasksUpdate, "tasks/update"),
    (Method::TasksCancel, "tasks/cancel"),
    (Method::SkillsList, "skills/list"),
    (Method::SkillsGet, "skills/get"),
    (Method::DirectoryRead, "resources/directory/read"),
    (Method::Initialize, "initialize"),
    (Method::Ping, "ping"),
    (Method::SetLevel, "logging/setLevel"),
    (Method::Subscribe, "resources/subscribe"),
    (Method::Unsubscribe, "resources/unsubscribe"),
    (Method::Initialized, "notifications/initialized"),
    (Method::Cancelled, "notifications/cancelled"),
];

// === impl Method ===

impl Method {
    /// Reads a method's name, which is case-sensitive.
    #[must_use]
    pub fn read(name: &Text) -> Self {
        let text = name.as_str();
        NAMES
            .iter()
            .find(|(_, known)| *known == text)
            .map_or_else(|| Self::Other(name.clone()), |(method, _)| method.clone())
    }

    /// Returns the method's name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Other(name) = self {
            return name.as_str();
        }
        NAMES
            .iter()
            .find(|(method, _)| method == self)
            .map_or("", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for (method, name) in &NAMES {
            assert_eq!(Method::read(&Text::from(*name)), *method);
            assert_eq!(method.name(), *name);
        }
    }

    #[test]
    fn names_are_case_sensitive() {
        let shouted = Method::read(&"TOOLS/LIST".into());
        assert_eq!(shouted, Method::Other("TOOLS/LIST".into()));
        assert_eq!(shouted.name(), "TOOLS/LIST");
    }
}
