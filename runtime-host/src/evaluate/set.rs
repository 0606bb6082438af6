//! Labelled cases, with what is asked about them.
//!
//! A set is a file of JSON lines: the first says what is declared, every other one is a case. Cases are dealt into two
//! halves label by label, in turn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    pub header: Header,
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub name: String,
    /// A signal family, or `content_safety`.
    pub family: String,
    /// The label of a case in which nothing should fire.
    pub otherwise: String,
    /// For families that are declared: a signal a label, by its fields.
    #[serde(default)]
    pub declares: BTreeMap<String, Value>,
    /// For the reader.
    #[serde(default)]
    pub about: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the user says now.
    pub text: String,
    /// What the user said before, the oldest first.
    #[serde(default)]
    pub before: Vec<String>,
    pub label: String,
}

/// Which cases are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// For choosing exemplars and thresholds.
    Development,
    /// For reporting: nothing was chosen by it.
    Test,
    All,
}

impl Set {
    pub fn parse(text: &str) -> Result<Set, String> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let wrong = |number: usize, error: serde_json::Error| format!("line {}: {error}", number + 1);
        let (number, first) = lines.next().ok_or("it is empty")?;
        let header: Header = serde_json::from_str(first).map_err(|error| wrong(number, error))?;
        let cases =
            lines.map(|(number, line)| serde_json::from_str(line).map_err(|error| wrong(number, error)));
        Ok(Set { header, cases: cases.collect::<Result<_, _>>()? })
    }

    /// The sets written for this project.
    pub fn own() -> Vec<Set> {
        let texts = [
            include_str!("sets/classifier.jsonl"),
            include_str!("sets/complexity.jsonl"),
            include_str!("sets/domain.jsonl"),
            include_str!("sets/embedding.jsonl"),
            include_str!("sets/fact_check.jsonl"),
            include_str!("sets/jailbreak.jsonl"),
            include_str!("sets/contrastive.jsonl"),
            include_str!("sets/kb.jsonl"),
            include_str!("sets/modality.jsonl"),
            include_str!("sets/pii.jsonl"),
            include_str!("sets/preference.jsonl"),
            include_str!("sets/reask.jsonl"),
            include_str!("sets/user_feedback.jsonl"),
        ];
        // A test reads them all.
        texts.iter().filter_map(|text| Set::parse(text).ok()).collect()
    }

    pub fn of(&self, half: Half) -> Vec<&Case> {
        let mut seen = BTreeMap::<String, usize>::new();
        let keep = |case: &&Case| {
            let number = seen.entry(case.label.clone()).or_default();
            *number += 1;
            match half {
                Half::Development => *number % 2 == 1,
                Half::Test => number.is_multiple_of(2),
                Half::All => true,
            }
        };
        self.cases.iter().filter(keep).collect()
    }

    /// Every label, in alphabetical order.
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.cases.iter().map(|case| case.label.clone()).collect();
        labels.sort();
        labels.dedup();
        labels
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::exemplars;

    #[test]
    fn our_own_sets_are_read_and_large_enough() {
        let sets = Set::own();
        let names: BTreeSet<&str> = sets.iter().map(|set| set.header.name.as_str()).collect();
        assert_eq!((sets.len(), names.len()), (13, 13), "{names:?}");
        for set in &sets {
            let name = &set.header.name;
            assert!(set.cases.len() >= 40, "{name} has {} cases", set.cases.len());
            let both = [Half::Development, Half::Test].map(|half| set.of(half).len());
            assert_eq!(both[0] + both[1], set.cases.len());
            assert!(both[0].abs_diff(both[1]) <= set.labels().len(), "{name}: {both:?}");
            let texts: BTreeSet<(&str, &[String])> =
                set.cases.iter().map(|case| (case.text.as_str(), case.before.as_slice())).collect();
            assert_eq!(texts.len(), set.cases.len(), "{name}: a case stands twice");
        }
    }

    #[test]
    fn no_case_is_an_exemplar() {
        let of_host = [
            exemplars::fact_check(),
            exemplars::user_feedback(),
            exemplars::modality(),
            exemplars::safety(),
            exemplars::safety_categories(),
        ];
        let labels = of_host.into_iter().chain(exemplars::knowledge()).flat_map(|set| set.labels.values());
        let known: BTreeSet<&str> = labels.flat_map(|label| &label.exemplars).map(String::as_str).collect();
        for set in Set::own() {
            let declared = Value::from_iter(set.header.declares.clone()).to_string();
            for case in &set.cases {
                assert!(!known.contains(case.text.as_str()), "{}: {}", set.header.name, case.text);
                assert!(!declared.contains(&format!("\"{}\"", case.text)), "{}", case.text);
            }
        }
    }

    #[test]
    fn a_set_that_is_not_one_says_where() {
        let header = r#"{"name":"x","family":"pii","otherwise":"clean"}"#;
        for (text, expected) in [
            ("", "it is empty"),
            ("{}", "line 1: missing field `name`"),
            (&format!("{header}\n\n{{\"text\":\"a\"}}"), "line 3: missing field `label`"),
        ] {
            let said = Set::parse(text).expect_err("no set");
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
