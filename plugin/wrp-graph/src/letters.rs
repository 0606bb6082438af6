//! What Unicode says of letters, as much of it as a policy needs: the compiler ships it with the signals that look at
//! letters, so that the proxy carries no tables.

use serde::Serialize;

use crate::wire::{Source, Wire, wire};

/// A set of characters, as closed runs in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Runs(Vec<(u32, u32)>);

impl Runs {
    pub fn contain(&self, char: char) -> bool {
        let code = u32::from(char);
        let behind = self.0.partition_point(|(first, _)| *first <= code);
        behind.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| code <= *last)
    }
}

/// Runs travel as the distances between their ends.
impl Wire for Runs {
    fn write(&self, to: &mut Vec<u8>) {
        let mut before = 0;
        let mut distances = Vec::new();
        for (first, last) in &self.0 {
            distances.push((first - before, last - first));
            before = *last;
        }
        distances.write(to);
    }

    fn read(from: &mut Source<'_>) -> Runs {
        let mut runs: Vec<(u32, u32)> = Wire::read(from);
        let mut before = 0_u32;
        for (first, last) in &mut runs {
            *first = first.saturating_add(before);
            *last = last.saturating_add(*first);
            before = *last;
        }
        Runs(runs)
    }
}

/// The lower-case forms of the characters that matter, by character; those of ASCII go without saying.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lower(Vec<(char, char)>);

wire!(Lower(forms));

impl Lower {
    pub fn of(&self, char: char) -> char {
        if char.is_ascii() {
            return char.to_ascii_lowercase();
        }
        match self.0.binary_search_by_key(&char, |(from, _)| *from) {
            Ok(at) => self.0.get(at).map_or(char, |(_, to)| *to),
            Err(_) => char,
        }
    }
}

/// What `Σ` becomes: `ς` at the end of a word, `σ` elsewhere [Unicode, Final_Sigma].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sigma {
    /// Passed over on the way to a neighbour.
    ignorable: Runs,
    /// A neighbour that makes a word.
    cased: Runs,
}

wire!(Sigma { ignorable, cased });

impl Sigma {
    /// The form of the `Σ` at this place.
    pub fn at(&self, text: &str, at: usize) -> char {
        let before = text.get(..at).unwrap_or_default().chars().rev();
        let behind = text.get(at..).unwrap_or_default().chars().skip(1);
        if self.is_cased(before) && !self.is_cased(behind) { 'ς' } else { 'σ' }
    }

    fn is_cased(&self, mut neighbours: impl Iterator<Item = char>) -> bool {
        neighbours.find(|char| !self.ignorable.contain(*char)).is_some_and(|char| self.cased.contain(char))
    }
}

#[cfg(feature = "build")]
mod build {
    use std::sync::LazyLock;

    use super::{Lower, Runs, Sigma};

    impl Runs {
        pub(crate) fn of(holds: impl Fn(char) -> bool) -> Runs {
            let mut runs: Vec<(u32, u32)> = Vec::new();
            for code in ('\0'..=char::MAX).filter(|char| holds(*char)).map(u32::from) {
                match runs.last_mut() {
                    Some((_, last)) if *last + 1 == code => *last = code,
                    _ => runs.push((code, code)),
                }
            }
            Runs(runs)
        }

        /// Letters and digits of every script.
        pub(crate) fn alphanumeric() -> Runs {
            static ALL: LazyLock<Runs> = LazyLock::new(|| Runs::of(char::is_alphanumeric));
            ALL.clone()
        }
    }

    impl Lower {
        /// The forms that matter, given a character and its form; of `İ`, which becomes two characters, the first.
        pub(crate) fn of_those(matters: impl Fn(char, char) -> bool) -> Lower {
            static ALL: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
                let forms =
                    ('\u{80}'..=char::MAX).filter_map(|from| Some((from, from.to_lowercase().next()?)));
                forms.filter(|(from, to)| from != to).collect()
            });
            Lower(ALL.iter().copied().filter(|(from, to)| matters(*from, *to)).collect())
        }
    }

    impl Sigma {
        /// The standard library keeps its tables to itself, so it is asked about each character.
        pub(crate) fn of_all() -> Sigma {
            static ALL: LazyLock<Sigma> = LazyLock::new(|| {
                let is_final = |text: [char; 3]| String::from_iter(text).to_lowercase().ends_with('ς');
                let is_cased = |char: char| is_final([' ', char, 'Σ']);
                let is_ignorable = |char: char| is_final(['a', char, 'Σ']) && !is_cased(char);
                Sigma { ignorable: Runs::of(is_ignorable), cased: Runs::of(is_cased) }
            });
            ALL.clone()
        }
    }
}

#[cfg(all(test, feature = "build"))]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn every_character_is_as_the_standard_library_has_it() {
        let alphanumeric = wire::from_bytes::<Runs>(&wire::to_bytes(&Runs::alphanumeric())).unwrap();
        assert_eq!(alphanumeric, Runs::alphanumeric());
        let lower = Lower::of_those(|_, _| true);
        let sigma = Sigma::of_all();
        for char in '\0'..=char::MAX {
            assert_eq!(alphanumeric.contain(char), char.is_alphanumeric(), "{char:?}");
            assert_eq!(lower.of(char), char.to_lowercase().next().unwrap(), "{char:?}");
            for text in [format!("{char}Σ"), format!("a{char}Σ"), format!("aΣ{char}"), format!("aΣ{char}a")]
            {
                let at = text.rfind('Σ').unwrap();
                let before = text[..at].to_lowercase().chars().count();
                assert_eq!(Some(sigma.at(&text, at)), text.to_lowercase().chars().nth(before), "{text:?}");
            }
        }
    }
}
