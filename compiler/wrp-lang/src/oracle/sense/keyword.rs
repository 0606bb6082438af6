//! Keywords, one regex after the other.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

use super::{class, go, lower};

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let text = &*facts.text;
    let keywords: Vec<String> = fields.texts("keywords").into_iter().map(|keyword| keyword.it).collect();
    let ignore_case = !fields.flag("case_sensitive").unwrap_or(false);
    let mut hits = Vec::new();
    for keyword in &keywords {
        let occurs = match fields.text("method").unwrap_or_default().to_lowercase().as_str() {
            "" => go(&literal(keyword), ignore_case)?.is_match(text),
            "regex" => go(keyword, ignore_case)?.is_match(text),
            _ => return None,
        };
        hits.push(occurs || comes_close(fields, keyword, text));
    }
    let matched = match fields.text("operator")? {
        "AND" => hits.iter().all(|hit| *hit),
        "OR" => hits.iter().any(|hit| *hit),
        "NOR" => !hits.iter().any(|hit| *hit),
        _ => return None,
    };
    Some(Reading::flag(matched))
}

/// The pattern that a literal keyword stands for.
fn literal(keyword: &str) -> String {
    let quoted: String = keyword.chars().map(|c| format!("\\x{{{:X}}}", u32::from(c))).collect();
    let wraps = class(r"[\p{L}\p{Nd}_]").is_match(keyword) && !class(r"\p{Han}").is_match(keyword);
    if wraps { format!(r"\b{quoted}\b") } else { quoted }
}

fn comes_close(fields: &Fields, keyword: &str, text: &str) -> bool {
    if !fields.flag("fuzzy_match").unwrap_or(false) {
        return false;
    }
    let edits = match fields.int("fuzzy_threshold").unwrap_or(0) {
        0 => 2,
        edits => edits,
    };
    let words = class(r"[\p{L}\p{Nd}]+");
    words.find_iter(text).any(|word| distance(&lower(word.as_str()), &lower(keyword)) as i64 <= edits)
}

/// The number of insertions, deletions and replacements between two strings: the whole table of Wagner and Fischer.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            table[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let replaced = table[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
                    replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
                }
            };
        }
    }
    table[left.len()][right.len()]
}
