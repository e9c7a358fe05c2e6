//! What a transcript should hold, for each of the tools that these tests call.

use super::{Event, Transcript};
use crate::documents::Documents;

impl Transcript {
    /// Asserts that `process_files` was seen whole: for each document one log and one progress, in
    /// order, then the closing log, and the result after all of them.
    #[track_caller]
    pub fn sees_every_one_of(&self, documents: &Documents) -> &Self {
        let total = documents.names().len();
        let mut expected = Vec::new();
        for (index, name) in documents.names().iter().enumerate() {
            let done = index + 1;
            expected.push(format!("info: Processing document {done}/{total}: {name}"));
            expected.push(format!("{done} of {total}"));
        }
        expected.push("info: Processing complete!".to_owned());
        expected.push("the result".to_owned());
        assert_eq!(self.told(|_| true), expected);
        self.is_done()
    }

    /// Asserts that every log of `process_files` was seen in order, before the result, and that what was
    /// seen of its progress rises.
    #[track_caller]
    pub fn sees_every_log_over(&self, documents: &Documents) -> &Self {
        let total = documents.names().len();
        let mut expected: Vec<String> = (1..)
            .zip(documents.names())
            .map(|(n, name)| format!("info: Processing document {n}/{total}: {name}"))
            .collect();
        expected.push("info: Processing complete!".to_owned());
        expected.push("the result".to_owned());
        assert_eq!(
            self.told(|event| !matches!(event, Event::Progress { .. })),
            expected
        );
        let progress = self.progress();
        assert!(
            progress.is_sorted_by(|one, next| one.0 < next.0),
            "{progress:?}"
        );
        self.is_done()
    }

    /// Asserts that every progress of `process_files` was seen in order, before the result.
    #[track_caller]
    pub fn sees_progress_over(&self, documents: &Documents) -> &Self {
        let total = documents.names().len();
        let mut expected: Vec<String> = (1..=total)
            .map(|done| format!("{done} of {total}"))
            .collect();
        expected.push("the result".to_owned());
        assert_eq!(
            self.told(|event| !matches!(event, Event::Log { .. })),
            expected
        );
        self.is_done()
    }

    /// Asserts that every progress of `count` was seen in order, before the result.
    #[track_caller]
    pub fn sees_the_count_to(&self, n: u32) -> &Self {
        let mut expected: Vec<String> = (1..=n).map(|i| format!("{i} of {n}")).collect();
        expected.push("the result".to_owned());
        assert_eq!(
            self.told(|event| !matches!(event, Event::Log { .. })),
            expected
        );
        self
    }

    /// Asserts that `steps` was seen whole: each step's log and progress once, in order, then the result.
    #[track_caller]
    pub fn sees_every_step(&self, steps: usize) -> &Self {
        let mut expected = Vec::new();
        for step in 1..=steps {
            expected.push(format!("info: step {step}"));
            expected.push(format!("{step} of {steps}"));
        }
        expected.push("the result".to_owned());
        assert_eq!(self.told(|_| true), expected, "{self:?}");
        self.ends_with(&format!("Done: {steps} steps"))
    }

    /// Asserts that the server asked these things, each once, in any order.
    #[track_caller]
    pub fn is_asked(&self, methods: &[&str]) -> &Self {
        let mut asked: Vec<_> = self
            .events
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Asked(method) => Some(method.as_str()),
                _ => None,
            })
            .collect();
        asked.sort_unstable();
        let mut methods = methods.to_vec();
        methods.sort_unstable();
        assert_eq!(asked, methods, "{self:?}");
        self
    }

    /// Asserts that these logs came, in this order, and no others.
    #[track_caller]
    pub fn logs(&self, texts: &[&str]) -> &Self {
        let logged: Vec<_> = self
            .events
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Log { data, .. } => data.as_str(),
                _ => None,
            })
            .collect();
        assert_eq!(logged, texts, "{self:?}");
        self
    }

    /// Asserts that the client listened so many times, and each time heard these changes, in order.
    #[track_caller]
    pub fn hears(&self, times: usize, changes: &[&str]) -> &Self {
        let mut each = vec![Event::Listening];
        let changes = changes.iter().map(|what| (*what).to_owned());
        each.extend(changes.map(Event::Changed));
        let heard: Vec<_> = self
            .events
            .iter()
            .map(|(_, event)| event)
            .filter(|event| matches!(event, Event::Listening | Event::Changed(_)))
            .cloned()
            .collect();
        assert_eq!(heard, vec![each; times].concat());
        self
    }

    /// Asserts that the result is this text.
    #[track_caller]
    pub fn ends_with(&self, text: &str) -> &Self {
        let result = self.result();
        assert_eq!(result["content"][0]["text"], text, "{self:?}");
        assert_ne!(result["isError"], true, "{self:?}");
        self
    }

    #[track_caller]
    fn is_done(&self) -> &Self {
        let result = self.result();
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.starts_with("Done: "), "{result:#}");
        assert_ne!(result["isError"], true, "{result:#}");
        self
    }
}
