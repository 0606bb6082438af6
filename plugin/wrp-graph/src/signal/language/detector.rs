//! The language of a text: by its script where that decides, else by how often its letters follow each other.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Shipped", into = "Shipped")]
pub struct Detector {
    shipped: Shipped,
    groups: Vec<Group>,
}

/// A detector as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shipped {
    /// A language that is less sure than this is not detected.
    threshold: f64,
    profiles: Vec<u8>,
}

impl PartialEq for Detector {
    fn eq(&self, other: &Detector) -> bool {
        self.shipped == other.shipped
    }
}

impl TryFrom<Shipped> for Detector {
    type Error = &'static str;

    fn try_from(shipped: Shipped) -> Result<Detector, &'static str> {
        let groups = profiles::read(&shipped.profiles).ok_or("the language profiles are damaged")?;
        Ok(Detector { shipped, groups })
    }
}

impl From<Detector> for Shipped {
    fn from(detector: Detector) -> Shipped {
        detector.shipped
    }
}

impl Detector {
    /// With the profiles that the compiler has; `None` if they are damaged.
    #[cfg(feature = "build")]
    pub fn new(threshold: f64, profiles: &[u8]) -> Option<Detector> {
        Detector::try_from(Shipped { threshold, profiles: profiles.to_vec() }).ok()
    }

    pub fn detect(&self, text: &str) -> Detected {
        let letters = Letters::of(&window(text));
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
    fn of(text: &str) -> Letters {
        let mut letters = Letters::default();
        let mut word: Vec<char> = Vec::new();
        let mut current: Option<Script> = None;
        for char in text.chars().flat_map(char::to_lowercase) {
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
        let mut ranked = self.alone.clone();
        ranked.sort_by_key(|(code, words)| (std::cmp::Reverse(*words), *code));
        let (first, most) = *ranked.first()?;
        let second = ranked.get(1).copied();
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
    let piece = |from: usize| text.chars().skip(from).take(third);
    let pieces =
        piece(0).chain([' ']).chain(piece((count - third) / 2)).chain([' ']).chain(piece(count - third));
    pieces.collect()
}
