//! The language of a text: by its script where that decides, else by how often its letters follow each other.

use serde::Serialize;

use crate::letters::Lower;
use crate::wire::{Source, Wire, write_bytes};

use super::profiles::{self, FLOOR, Group, STEPS, TOP};
use super::script::{Code, Script, script};

/// More of a text is not looked at: a third each from its start, its middle and its end.
const WINDOW_CHARS: usize = 2048;

/// What a text is taken for when nothing is found out, and how surely.
const UNDETECTED: Detected = Detected { language: *b"en", confidence: 0.5 };

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detected {
    pub language: Code,
    pub confidence: f64,
}

/// Ready to detect. Reading one from bytes checks its table.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(into = "Shipped")]
pub struct Detector {
    shipped: Shipped,
    groups: Vec<Group>,
}

/// A detector as it travels.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Shipped {
    /// A language that is less sure than this is not detected.
    threshold: f64,
    /// The forms that the profiles, or the script of a letter, tell from the others.
    lower: Lower,
    profiles: Vec<u8>,
}

impl PartialEq for Detector {
    fn eq(&self, other: &Detector) -> bool {
        self.shipped == other.shipped
    }
}

impl Wire for Detector {
    fn write(&self, to: &mut Vec<u8>) {
        let Shipped { threshold, lower, profiles } = &self.shipped;
        threshold.write(to);
        lower.write(to);
        write_bytes(profiles, to);
    }

    fn read(from: &mut Source<'_>) -> Detector {
        let (threshold, lower) = Wire::read(from);
        let profiles = from.bytes().to_vec();
        let groups = profiles::read(&profiles).unwrap_or_else(|| {
            from.spoil();
            Vec::new()
        });
        Detector { shipped: Shipped { threshold, lower, profiles }, groups }
    }
}

impl From<Detector> for Shipped {
    fn from(detector: Detector) -> Shipped {
        detector.shipped
    }
}

impl Detector {
    /// `None` if the profiles are damaged.
    #[cfg(feature = "build")]
    pub fn new(threshold: f64, profiles: &[u8]) -> Option<Detector> {
        let groups = profiles::read(profiles)?;
        let is_known = |char| groups.iter().any(|group| group.has(char));
        let lower = Lower::of_those(|from, to| script(from) != script(to) || is_known(from) || is_known(to));
        Some(Detector { shipped: Shipped { threshold, lower, profiles: profiles.to_vec() }, groups })
    }

    pub fn detect(&self, text: &str) -> Detected {
        let letters = Letters::of(&window(text), &self.shipped.lower);
        let detected = match letters.by_script() {
            Some(language) => Some(Detected { language, confidence: 1.0 }),
            None => self.by_profile(&letters),
        };
        detected.filter(|it| it.confidence >= self.shipped.threshold).unwrap_or(UNDETECTED)
    }

    fn by_profile(&self, letters: &Letters) -> Option<Detected> {
        let most =
            letters.shared.iter().enumerate().max_by_key(|(at, shared)| (shared.letters, usize::MAX - at))?;
        let group = self.groups.get(most.0)?;
        let mut scores = vec![0; group.languages.len()];
        most.1.words.iter().for_each(|word| group.score(word, &mut scores));
        let best = *scores.iter().max().filter(|best| **best > 0)?;
        // Each letter is in grams of three lengths, so that its evidence is there three times.
        let step = (TOP - FLOOR) / f64::from(STEPS - 1) / 3.0;
        let share = |score: u32| libm::exp(-step * f64::from(best - score));
        let sum: f64 = scores.iter().map(|score| share(*score)).sum();
        let winner = scores.iter().position(|score| *score == best)?;
        Some(Detected { language: *group.languages.get(winner)?, confidence: 1.0 / sum })
    }
}

/// The letters of a text, by script.
#[derive(Default)]
struct Letters {
    /// Words that by their script can only be of one language; ideographs count one by one.
    alone: Vec<(Code, u32)>,
    /// By profile group.
    shared: Vec<Shared>,
}

#[derive(Clone, Default)]
struct Shared {
    words: Vec<Vec<char>>,
    letters: usize,
}

impl Letters {
    fn of(text: &str, lower: &Lower) -> Letters {
        let mut letters = Letters::default();
        let mut word: Vec<char> = Vec::new();
        let mut current: Option<Script> = None;
        for char in text.chars().map(|char| lower.of(char)) {
            let script = script(char);
            // A mark without a script of its own stays with the letter before it.
            if script.is_none() && is_mark(char) && current.is_some() {
                continue;
            }
            if script != current || matches!(script, Some(Script::Ideographs(_))) {
                letters.end_word(current, std::mem::take(&mut word));
                current = script;
            }
            if script.is_some() {
                word.push(char);
            }
        }
        letters.end_word(current, word);
        letters
    }

    fn end_word(&mut self, script: Option<Script>, word: Vec<char>) {
        match script {
            Some(Script::Shared(group)) => {
                let group = usize::from(group);
                if self.shared.len() <= group {
                    self.shared.resize(group + 1, Shared::default());
                }
                if let Some(shared) = self.shared.get_mut(group) {
                    shared.letters += word.len();
                    shared.words.push(word);
                }
            }
            Some(Script::Of(code) | Script::Ideographs(code)) if !word.is_empty() => {
                match self.alone.iter_mut().find(|(known, _)| *known == code) {
                    Some((_, words)) => *words += 1,
                    None => self.alone.push((code, 1)),
                }
            }
            _ => {}
        }
    }

    /// The language of a script that only one has, if most words are written in such.
    fn by_script(&self) -> Option<Code> {
        let shared = self.shared.iter().map(|shared| shared.words.len() as u32).sum::<u32>();
        let alone = self.alone.iter().map(|(_, words)| words).sum::<u32>();
        let rank = |(code, words): &(Code, u32)| (std::cmp::Reverse(*words), *code);
        let (first, most) = *self.alone.iter().min_by_key(|it| rank(it))?;
        let second = self.alone.iter().filter(|(code, _)| *code != first).min_by_key(|it| rank(it)).copied();
        if shared >= alone && most <= shared {
            return None;
        }
        // Japanese is written with Chinese characters too, Chinese never with kana.
        let mixed = |code| [*b"ja", *b"zh"].contains(&code);
        match second {
            Some((second, _)) if mixed(first) && mixed(second) => Some(*b"ja"),
            Some((_, words)) if words == most => None,
            _ => Some(first),
        }
    }
}

fn is_mark(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
}

/// The text, or of a long one its start, middle and end.
fn window(text: &str) -> String {
    let count = text.chars().count();
    if count <= WINDOW_CHARS {
        return text.to_owned();
    }
    let third = WINDOW_CHARS / 3;
    let place = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    let piece = |from: usize| text.get(place(from)..place(from + third)).unwrap_or_default();
    [piece(0), piece((count - third) / 2), piece(count - third)].join(" ")
}
