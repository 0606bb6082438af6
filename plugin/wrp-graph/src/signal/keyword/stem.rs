//! The English stemmer of Snowball (Porter 2): `connections` and `connected` become `connect`.
//!
//! Written after the algorithm's published description, for ASCII words in lower case; the marks `Y` are vowels
//! that act as consonants. Of all suffixes of a step only the longest counts, whether or not it may then go.

/// The stem of a word in lower-case ASCII.
pub(super) fn stem(word: &str) -> String {
    if let Some((_, stem)) = EXCEPTIONS.iter().find(|(exception, _)| *exception == word) {
        return (*stem).to_owned();
    }
    if word.len() < 3 {
        return word.to_owned();
    }
    let mut word = Word::new(word);
    word.drop_apostrophe();
    word.drop_plural();
    if !KEPT_AFTER_PLURAL.contains(&word.letters.as_slice()) {
        word.drop_past_and_progressive();
        word.turn_final_y();
        word.shorten(SECOND);
        word.shorten(THIRD);
        word.drop_ending();
        word.drop_final_e_and_l();
    }
    word.letters.make_ascii_lowercase();
    String::from_utf8(word.letters).unwrap_or_default()
}

const EXCEPTIONS: &[(&str, &str)] = &[
    ("skis", "ski"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("idly", "idl"),
    ("gently", "gentl"),
    ("ugly", "ugli"),
    ("early", "earli"),
    ("only", "onli"),
    ("singly", "singl"),
    ("sky", "sky"),
    ("news", "news"),
    ("howe", "howe"),
    ("atlas", "atlas"),
    ("cosmos", "cosmos"),
    ("bias", "bias"),
    ("andes", "andes"),
];

const KEPT_AFTER_PLURAL: &[&[u8]] =
    &[b"inning", b"outing", b"canning", b"herring", b"earring", b"proceed", b"exceed", b"succeed"];

/// What a suffix becomes, and what must stand before it.
type Rule = (&'static [u8], &'static [u8], Before);

#[derive(Clone, Copy)]
enum Before {
    Anything,
    L,
    ValidLi,
    /// The suffix lies in the second region.
    Second,
}

/// The longer of two suffixes that overlap stands first.
const SECOND: &[Rule] = &[
    (b"ization", b"ize", Before::Anything),
    (b"ational", b"ate", Before::Anything),
    (b"fulness", b"ful", Before::Anything),
    (b"ousness", b"ous", Before::Anything),
    (b"iveness", b"ive", Before::Anything),
    (b"tional", b"tion", Before::Anything),
    (b"biliti", b"ble", Before::Anything),
    (b"lessli", b"less", Before::Anything),
    (b"entli", b"ent", Before::Anything),
    (b"ation", b"ate", Before::Anything),
    (b"alism", b"al", Before::Anything),
    (b"aliti", b"al", Before::Anything),
    (b"ousli", b"ous", Before::Anything),
    (b"iviti", b"ive", Before::Anything),
    (b"fulli", b"ful", Before::Anything),
    (b"enci", b"ence", Before::Anything),
    (b"anci", b"ance", Before::Anything),
    (b"abli", b"able", Before::Anything),
    (b"izer", b"ize", Before::Anything),
    (b"ator", b"ate", Before::Anything),
    (b"alli", b"al", Before::Anything),
    (b"bli", b"ble", Before::Anything),
    (b"ogi", b"og", Before::L),
    (b"li", b"", Before::ValidLi),
];

const THIRD: &[Rule] = &[
    (b"ational", b"ate", Before::Anything),
    (b"tional", b"tion", Before::Anything),
    (b"alize", b"al", Before::Anything),
    (b"icate", b"ic", Before::Anything),
    (b"iciti", b"ic", Before::Anything),
    (b"ative", b"", Before::Second),
    (b"ical", b"ic", Before::Anything),
    (b"ness", b"", Before::Anything),
    (b"ful", b"", Before::Anything),
];

const ENDINGS: &[&[u8]] = &[
    b"ement", b"ance", b"ence", b"able", b"ible", b"ment", b"ant", b"ent", b"ism", b"ate", b"iti", b"ous",
    b"ive", b"ize", b"ion", b"al", b"er", b"ic",
];

struct Word {
    letters: Vec<u8>,
    /// Where the regions behind the first and the second vowel-consonant pair begin.
    first: usize,
    second: usize,
}

impl Word {
    fn new(word: &str) -> Word {
        let mut letters = word.strip_prefix('\'').unwrap_or(word).as_bytes().to_vec();
        let mut after_vowel = true;
        for letter in &mut letters {
            if *letter == b'y' && after_vowel {
                *letter = b'Y';
            }
            after_vowel = is_vowel(*letter);
        }
        let special =
            [&b"gener"[..], b"commun", b"arsen"].into_iter().find(|start| letters.starts_with(start));
        let first = special.map_or_else(|| behind_pair(&letters, 0), <[u8]>::len);
        let second = behind_pair(&letters, first);
        Word { letters, first, second }
    }

    fn ends(&self, suffix: &[u8]) -> bool {
        self.letters.ends_with(suffix)
    }

    /// Where a suffix of this length begins.
    fn before(&self, suffix: &[u8]) -> usize {
        self.letters.len().saturating_sub(suffix.len())
    }

    fn replace(&mut self, suffix: &[u8], by: &[u8]) {
        self.letters.truncate(self.before(suffix));
        self.letters.extend_from_slice(by);
    }

    fn has_vowel_before(&self, end: usize) -> bool {
        self.letters.iter().take(end).any(|letter| is_vowel(*letter))
    }

    fn drop_apostrophe(&mut self) {
        let suffixes: [&[u8]; 3] = [b"'s'", b"'s", b"'"];
        if let Some(suffix) = suffixes.into_iter().find(|suffix| self.ends(suffix)) {
            self.replace(suffix, b"");
        }
    }

    fn drop_plural(&mut self) {
        if self.ends(b"sses") {
            self.replace(b"sses", b"ss");
        } else if self.ends(b"ied") || self.ends(b"ies") {
            let by: &[u8] = if self.letters.len() > 4 { b"i" } else { b"ie" };
            self.replace(b"ied", by);
        } else if self.ends(b"s")
            && !self.ends(b"us")
            && !self.ends(b"ss")
            && self.has_vowel_before(self.letters.len().saturating_sub(2))
        {
            self.replace(b"s", b"");
        }
    }

    fn drop_past_and_progressive(&mut self) {
        for suffix in [&b"eedly"[..], b"eed"] {
            if self.ends(suffix) {
                if self.before(suffix) >= self.first {
                    self.replace(suffix, b"ee");
                }
                return;
            }
        }
        let suffixes: [&[u8]; 4] = [b"ingly", b"edly", b"ing", b"ed"];
        let Some(suffix) = suffixes.into_iter().find(|suffix| self.ends(suffix)) else { return };
        if !self.has_vowel_before(self.before(suffix)) {
            return;
        }
        self.replace(suffix, b"");
        if self.ends(b"at") || self.ends(b"bl") || self.ends(b"iz") {
            self.letters.push(b'e');
        } else if self.ends_double() {
            self.letters.pop();
        } else if self.letters.len() == self.first && self.ends_short(self.letters.len()) {
            self.letters.push(b'e');
        }
    }

    fn ends_double(&self) -> bool {
        matches!(self.letters.as_slice(), [.., a, b] if a == b && b"bdfgmnprt".contains(b))
    }

    /// Whether the first `end` letters end in a short syllable.
    fn ends_short(&self, end: usize) -> bool {
        match self.letters.get(..end).unwrap_or_default() {
            [vowel, last] => is_vowel(*vowel) && !is_vowel(*last),
            [.., before, vowel, last] => {
                !is_vowel(*before) && is_vowel(*vowel) && !is_vowel(*last) && !b"wxY".contains(last)
            }
            _ => false,
        }
    }

    fn turn_final_y(&mut self) {
        if let [_, .., before, last @ (b'y' | b'Y')] = self.letters.as_mut_slice()
            && !is_vowel(*before)
        {
            *last = b'i';
        }
    }

    fn shorten(&mut self, rules: &[Rule]) {
        let Some((suffix, by, needed)) = rules.iter().find(|(suffix, ..)| self.ends(suffix)) else { return };
        let at = self.before(suffix);
        let before = at.checked_sub(1).and_then(|at| self.letters.get(at)).copied();
        let may = match needed {
            Before::Anything => true,
            Before::L => before == Some(b'l'),
            Before::ValidLi => before.is_some_and(|letter| b"cdeghkmnrt".contains(&letter)),
            Before::Second => at >= self.second,
        };
        if at >= self.first && may {
            self.replace(suffix, by);
        }
    }

    fn drop_ending(&mut self) {
        let Some(suffix) = ENDINGS.iter().copied().find(|suffix| self.ends(suffix)) else { return };
        let at = self.before(suffix);
        let before = at.checked_sub(1).and_then(|at| self.letters.get(at));
        let may = suffix != b"ion" || matches!(before, Some(b's' | b't'));
        if at >= self.second && may {
            self.replace(suffix, b"");
        }
    }

    fn drop_final_e_and_l(&mut self) {
        let at = self.letters.len().saturating_sub(1);
        let goes = match self.letters.as_slice() {
            [.., b'e'] => at >= self.second || (at >= self.first && !self.ends_short(at)),
            [.., b'l', b'l'] => at >= self.second,
            _ => false,
        };
        if goes {
            self.letters.pop();
        }
    }
}

fn is_vowel(letter: u8) -> bool {
    b"aeiouy".contains(&letter)
}

/// Where the part behind the first consonant behind a vowel begins; the end, where there is none.
fn behind_pair(letters: &[u8], from: usize) -> usize {
    let rest = letters.get(from..).unwrap_or_default();
    let pair = rest.windows(2).position(|pair| matches!(pair, [a, b] if is_vowel(*a) && !is_vowel(*b)));
    pair.map_or(letters.len(), |at| from + at + 2)
}
