//! Which script a letter belongs to, and which language a script stands for where there is only one.

/// A language, by its two letters of ISO 639-1.
pub type Code = [u8; 2];

/// What letters say about the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Many languages share it; the number is that of the profile group.
    Shared(u8),
    /// One language alone, of those that can be detected.
    Of(Code),
    /// Letters that stand alone as words: `zh`, and `ja` for kana.
    Ideographs(Code),
}

const LATIN: u8 = 0;
const CYRILLIC: u8 = 1;
const ARABIC: u8 = 2;
const DEVANAGARI: u8 = 3;

/// First and last character of each block, in order.
const BLOCKS: &[(char, char, Script)] = &[
    ('A', 'Z', Script::Shared(LATIN)),
    ('a', 'z', Script::Shared(LATIN)),
    ('\u{aa}', '\u{2af}', Script::Shared(LATIN)),
    ('\u{370}', '\u{3ff}', Script::Of(*b"el")),
    ('\u{400}', '\u{52f}', Script::Shared(CYRILLIC)),
    ('\u{531}', '\u{587}', Script::Of(*b"hy")),
    ('\u{591}', '\u{5f4}', Script::Of(*b"he")),
    ('\u{600}', '\u{6ff}', Script::Shared(ARABIC)),
    ('\u{750}', '\u{77f}', Script::Shared(ARABIC)),
    ('\u{900}', '\u{97f}', Script::Shared(DEVANAGARI)),
    ('\u{980}', '\u{9ff}', Script::Of(*b"bn")),
    ('\u{a00}', '\u{a7f}', Script::Of(*b"pa")),
    ('\u{a80}', '\u{aff}', Script::Of(*b"gu")),
    ('\u{b80}', '\u{bff}', Script::Of(*b"ta")),
    ('\u{c00}', '\u{c7f}', Script::Of(*b"te")),
    ('\u{e00}', '\u{e7f}', Script::Of(*b"th")),
    ('\u{10a0}', '\u{10ff}', Script::Of(*b"ka")),
    ('\u{1100}', '\u{11ff}', Script::Of(*b"ko")),
    ('\u{1e00}', '\u{1eff}', Script::Shared(LATIN)),
    ('\u{1f00}', '\u{1fff}', Script::Of(*b"el")),
    ('\u{2e80}', '\u{2fd5}', Script::Ideographs(*b"zh")),
    ('\u{3005}', '\u{3007}', Script::Ideographs(*b"zh")),
    ('\u{3041}', '\u{30ff}', Script::Ideographs(*b"ja")),
    ('\u{3131}', '\u{318e}', Script::Of(*b"ko")),
    ('\u{31f0}', '\u{31ff}', Script::Ideographs(*b"ja")),
    ('\u{3400}', '\u{9fff}', Script::Ideographs(*b"zh")),
    ('\u{ac00}', '\u{d7a3}', Script::Of(*b"ko")),
    ('\u{f900}', '\u{faff}', Script::Ideographs(*b"zh")),
    ('\u{fb50}', '\u{fdff}', Script::Shared(ARABIC)),
    ('\u{fe70}', '\u{fefc}', Script::Shared(ARABIC)),
    ('\u{ff66}', '\u{ff9d}', Script::Ideographs(*b"ja")),
    ('\u{20000}', '\u{2fa1f}', Script::Ideographs(*b"zh")),
];

/// The script of a letter; `None` for what is no letter, or of a script that no detectable language uses.
pub fn script(char: char) -> Option<Script> {
    let at = BLOCKS.partition_point(|(_, last, _)| *last < char);
    let (first, _, script) = BLOCKS.get(at)?;
    let sign = matches!(char, '×' | '÷' | '٪'..='٬' | '،' | '؛' | '؟' | '۔' | '।' | '॥' | '・' | '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}');
    (*first <= char && !sign).then_some(*script)
}
