//! Counts the words of a text, and finds those that tell it from other texts.
//!
//! A document's candidates are its most frequent words that are not mere grammar. Which of them
//! tell most is known at the end of a call: a word weighs more the fewer documents share it
//! (TF-IDF over the candidates).

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use crate::aside::Quit;

/// Different words counted in one document: a large dictionary's worth. Words first met after so
/// many are no candidates.
const MAX_DIFFERENT: usize = 100_000;

/// Candidates kept of one document: enough that some are its own.
const CANDIDATES: usize = 24;

/// Telling words given for one document: they fit on a line.
const TELLING: usize = 6;

/// Words between two looks at whether the caller is still there.
const LOOK: u64 = 65_536;

/// The words of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) total: u64,
    /// The most frequent words that carry meaning, with their counts.
    pub(super) candidates: Vec<(String, u32)>,
}

/// How many documents of a call have a word among their candidates.
#[derive(Debug, Default)]
pub(super) struct Shared {
    documents: u32,
    by_word: HashMap<String, u32>,
}

// === impl Words ===

impl Words {
    /// Counts the words of `text`; `None` when the caller has gone meanwhile.
    pub(super) fn of(text: &str, quit: &Quit) -> Option<Self> {
        let stop: HashSet<_> = STOP_WORDS.split_whitespace().collect();
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut total = 0_u64;
        for word in text.unicode_words() {
            total += 1;
            if total.is_multiple_of(LOOK) && quit.is_set() {
                return None;
            }
            let word = word.to_lowercase();
            if !carries_meaning(&word) || stop.contains(word.as_str()) {
                continue;
            }
            if let Some(count) = counts.get_mut(&word) {
                *count += 1;
            } else if counts.len() < MAX_DIFFERENT {
                counts.insert(word, 1);
            }
        }
        Some(Self {
            total,
            candidates: most_frequent(counts),
        })
    }
}

/// Numbers, single letters and runs no word has are passed over.
fn carries_meaning(word: &str) -> bool {
    let letters = word.chars().filter(|char| char.is_alphabetic()).count();
    let least = if word.is_ascii() { 3 } else { 2 };
    letters >= least
        && word.len() <= 64
        && !word.contains(|char: char| char.is_numeric() || char == '_')
}

fn most_frequent(counts: HashMap<String, u32>) -> Vec<(String, u32)> {
    let mut words: Vec<_> = counts.into_iter().collect();
    // By the word where counts are equal, so that a document always gives the same.
    words.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    words.truncate(CANDIDATES);
    words
}

// === impl Shared ===

impl Shared {
    /// Enters the words of one document.
    pub(super) fn enter(&mut self, words: &Words) {
        self.documents += 1;
        for (word, _) in &words.candidates {
            *self.by_word.entry(word.clone()).or_default() += 1;
        }
    }

    /// Returns the words of a document that has been entered, most telling first.
    pub(super) fn telling(&self, words: &Words) -> Vec<String> {
        let mut weighed: Vec<_> = words
            .candidates
            .iter()
            .map(|(word, count)| (f64::from(*count) * self.rarity(word), word))
            .collect();
        weighed.sort_by(|(a, m), (b, n)| b.total_cmp(a).then_with(|| m.cmp(n)));
        weighed
            .into_iter()
            .take(TELLING)
            .map(|(_, word)| word.clone())
            .collect()
    }

    /// `1 + ln((1 + documents) / (1 + documents with the word))`, which is 1 for a single document.
    fn rarity(&self, word: &str) -> f64 {
        let with = self.by_word.get(word).copied().unwrap_or(0);
        1.0 + (f64::from(1 + self.documents) / f64::from(1 + with)).ln()
    }
}

/// The words of English that say nothing of what a text is about.
const STOP_WORDS: &str = "\
    a about above after again against all almost along already also although always am among an \
    and another any anything are aren't around as at away back be became because become becomes \
    been before behind being below between beyond both but by came can can't cannot come comes \
    could couldn't did didn't do does doesn't doing don't done down during each either else \
    enough even ever every everything few first for from further gave get gets give given gives \
    go goes going got had hadn't has hasn't have haven't having he her here hers herself him \
    himself his how however if in instead into is isn't it it's its itself just keep kept last \
    least less let like made make makes making many may maybe me might mine more most much must \
    my myself near neither never next no none nor not nothing now of off often on once one ones \
    only onto or other others our ours ourselves out over own per put quite rather same say says \
    second see seen several shall she should shouldn't since so some something soon still such \
    take taken takes than that that's the their theirs them themselves then there there's \
    therefore these they they're thing things this those though three through thus to together \
    too toward towards two under until up upon us use used uses using very was wasn't we well \
    went were weren't what whatever when where whether which while who whole whom whose why will \
    with within without won't would wouldn't yes yet you you're your yours yourself";

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words::of(text, &Quit::default()).unwrap()
    }

    #[test]
    fn words_are_those_of_unicode() {
        assert_eq!(words("Don't panic: 3.5 m at Łódź — 潮汐!").total, 8);
        assert_eq!(words(" \n— … ").total, 0);
    }

    #[test]
    fn grammar_and_numbers_are_no_candidates() {
        let words = words("The tide and the moon: the TIDE is 4.5 m in 2026, x1 y2 tide_gauge");
        assert_eq!(
            words.candidates,
            [("tide".to_owned(), 2), ("moon".to_owned(), 1)]
        );
    }

    #[test]
    fn what_all_documents_share_tells_least() {
        let (a, b) = (
            words("harbour harbour crane crane"),
            words("harbour harbour buoy buoy"),
        );
        let mut shared = Shared::default();
        shared.enter(&a);
        shared.enter(&b);
        assert_eq!(shared.telling(&a), ["crane", "harbour"]);
        assert_eq!(shared.telling(&b), ["buoy", "harbour"]);
    }

    #[test]
    fn one_document_alone_is_told_by_its_frequent_words() {
        let only = words("moon tide tide tide moon gauge");
        let mut shared = Shared::default();
        shared.enter(&only);
        assert_eq!(shared.telling(&only), ["tide", "moon", "gauge"]);
    }

    #[test]
    fn a_dictionary_without_end_is_bounded() {
        let text: String = (0..MAX_DIFFERENT + 500)
            .map(|i| format!("{} ", letters(i)))
            .collect();
        let words = words(&text);
        assert_eq!(words.total, MAX_DIFFERENT as u64 + 500);
        assert_eq!(words.candidates.len(), CANDIDATES);
    }

    /// Writes a number in letters, as a word of its own.
    fn letters(mut number: usize) -> String {
        let mut word = String::from("zz");
        while number > 0 {
            word.push(char::from(b'a' + (number % 26) as u8));
            number /= 26;
        }
        word
    }
}
