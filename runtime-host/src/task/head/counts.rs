//! The eight counts of a text that a complexity head reads beside the embedding.
//!
//! Their order and their limits are those that the head was trained with (AgentOS, `pilot-v1`, Apache-2.0).

use std::sync::LazyLock;

use regex_automata::meta::Regex;

pub(super) const COUNTS: usize = 8;

/// In characters. Only the length is of the whole text.
const SCANNED: usize = 8192;

/// `count` says how many tokens a text has.
pub(super) fn of(text: &str, count: impl FnOnce(&str) -> usize) -> Vec<f32> {
    let end = text.char_indices().nth(SCANNED).map_or(text.len(), |(at, _)| at);
    let scanned = &text[..end];
    let logarithm = |count: usize| (count as f64).ln_1p() as f32;
    let flag = |holds: bool| f32::from(u8::from(holds));
    let lines: Vec<&str> = lines(scanned);
    let is_fence = |line: &&str| line.trim_start().starts_with("```");
    let has_fence = lines.iter().any(is_fence);
    let mut is_inside = false;
    let code = lines.iter().filter(|line| match is_fence(line) {
        true => {
            is_inside = !is_inside;
            false
        }
        false => is_inside,
    });
    vec![
        logarithm(text.chars().count()),
        logarithm(count(scanned)),
        logarithm(lines.len()),
        flag(has_fence),
        logarithm(code.count()),
        flag(lines.iter().any(|line| line.starts_with("Traceback (most recent call last):"))),
        logarithm(scanned.matches('?').count()),
        flag(REFERENCE.is_match(scanned)),
    ]
}

/// A link, or a path or name that ends like a source file.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let endings = "py|pyi|js|jsx|ts|tsx|json|toml|ya?ml|md|txt|sh|sql|rs|go|java|c|cc|cpp|h|hpp";
    let file = format!(r"(?i)(?:\b[a-z]:[\\/]|(?:^|[\s(]))(?:[\w.@+-]+[\\/])*[\w.@+-]+\.(?:{endings})\b");
    Regex::new_many(&[r"(?i)\bhttps?://[^\s<>()]+", &file]).expect("both are written here")
});

/// Lines end where a text editor ends them, at a form feed and at the separators of Unicode too.
fn lines(text: &str) -> Vec<&str> {
    let is_end = |c: char| {
        matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_end) {
        let (line, after) = rest.split_at(at);
        lines.push(line);
        let end = after.strip_prefix("\r\n").map(|after| after.len());
        let end = end.or_else(|| after.chars().next().map(|c| after.len() - c.len_utf8())).unwrap_or(0);
        rest = &rest[rest.len() - end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: [usize; 8]) {
        let counts = of(text, |text| text.split_whitespace().count());
        let found: Vec<usize> = counts
            .iter()
            .enumerate()
            .map(|(at, count)| match at {
                3 | 5 | 7 => *count as usize,
                _ => count.exp_m1().round() as usize,
            })
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn counts_are_those_that_the_head_was_trained_with() {
        check("", [0; 8]);
        check("Is it? Really?", [14, 3, 1, 0, 0, 0, 2, 0]);
        check("see src/main.rs\n", [16, 2, 1, 0, 0, 0, 0, 1]);
        check("a\r\nb\x0cc", [6, 3, 3, 0, 0, 0, 0, 0]);
        check("https://x.y", [11, 1, 1, 0, 0, 0, 0, 1]);
        check("version 1.2.c", [13, 2, 1, 0, 0, 0, 0, 1]);
        check("now.then", [8, 1, 1, 0, 0, 0, 0, 0]);
        check("```\nx\ny\n```\nz", [13, 5, 5, 1, 2, 0, 0, 0]);
        check("Traceback (most recent call last):\n  no", [39, 6, 2, 0, 0, 1, 0, 0]);
    }
}
