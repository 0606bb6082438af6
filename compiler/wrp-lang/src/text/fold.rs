//! Characters that RE2's `(?i)` takes as the same, for the compiler: the proxy carries its own small table.

use std::collections::BTreeMap;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// The orbits that have been looked up.
#[derive(Debug, Default)]
pub(super) struct Folds {
    known: BTreeMap<char, Vec<char>>,
}

impl Folds {
    /// Every character that folds with this one, itself included, in order.
    pub(super) fn orbit(&mut self, c: char) -> &[char] {
        self.known.entry(c).or_insert_with(|| {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.case_fold_simple();
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
        })
    }

    /// What stands for all characters that fold together.
    pub(super) fn folded(&mut self, c: char) -> char {
        if c.is_ascii() {
            return c.to_ascii_lowercase();
        }
        let orbit = self.orbit(c);
        let first = orbit.first().copied().unwrap_or(c);
        first.to_ascii_lowercase()
    }
}

/// Whether RE2's `\b` takes the character for a part of a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::Folds;

    #[test]
    fn characters_that_fold_together_have_one_representative() {
        let mut folds = Folds::default();
        for group in ["kK\u{212A}", "sSſ", "σςΣ", "éÉ", "ǆǅǄ", "Ωω\u{2126}", "7", "先"] {
            let folded: Vec<char> = group.chars().map(|c| folds.folded(c)).collect();
            assert!(folded.iter().all(|c| *c == folded[0]), "{group}: {folded:?}");
            let mut orbit: Vec<char> = group.chars().collect();
            orbit.sort_unstable();
            assert_eq!(folds.orbit(folded[0]), orbit);
        }
    }
}
