//! The form of a text, one search after the other.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

use super::{class, go, lower};

const CJK: &str = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]";
const LETTERS: &str = r"[[\p{L}\p{Nd}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]";

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let feature = fields.object("feature")?;
    let source = feature.object("source")?;
    let occurrences = occurrences(source, &facts.text)?;
    let value = match word(feature, "type").as_str() {
        "exists" | "sequence" => f64::from(u8::from(occurrences > 0)),
        "count" => occurrences as f64,
        "density" => match class(&format!("{CJK}|{LETTERS}+")).find_iter(&facts.text).count() {
            0 => 0.0,
            units => occurrences as f64 / units as f64,
        },
        _ => return None,
    };
    let Some(predicate) = fields.object("predicate") else {
        let reading = if value > 0.0 { Reading::confident(true, 1.0) } else { Reading::MISSED };
        return Some(reading.with_value(value));
    };
    let (gt, gte) = (predicate.number("gt"), predicate.number("gte"));
    let (lt, lte) = (predicate.number("lt"), predicate.number("lte"));
    let outside = gt.is_some_and(|bound| value <= bound)
        || gte.is_some_and(|bound| value < bound)
        || lt.is_some_and(|bound| value >= bound)
        || lte.is_some_and(|bound| value > bound);
    if outside {
        return Some(Reading::MISSED.with_value(value));
    }
    let distance = [gt, gte, lt, lte].into_iter().flatten().next().map_or(1.0, |bound| (value - bound).abs());
    Some(Reading::confident(true, 1.0 / (1.0 + libm::exp(-4.0 * distance))).with_value(value))
}

fn word(fields: &Fields, key: &str) -> String {
    fields.text(key).unwrap_or_default().trim().to_lowercase()
}

fn occurrences(source: &Fields, text: &str) -> Option<usize> {
    let ignore_case = !source.flag("case_sensitive").unwrap_or(false);
    let cased = |text: &str| if ignore_case { lower(text) } else { text.to_owned() };
    let text_cased = cased(text);
    Some(match word(source, "type").as_str() {
        "regex" => go(source.text("pattern")?, ignore_case)?.find_iter(text).count(),
        "keyword_set" => {
            source.texts("keywords").iter().map(|keyword| alone(&text_cased, &cased(&keyword.it))).sum()
        }
        "sequence" => {
            let lists = source.list("sequences").unwrap_or_default().iter();
            let found = lists.filter_map(|list| list.it.as_list()).any(|markers| {
                let markers: Vec<&str> = markers.iter().filter_map(|marker| marker.it.as_text()).collect();
                let mut rest = Some(&text_cased[..]);
                for marker in &markers {
                    rest = rest.and_then(|rest| Some(rest.split_once(&cased(marker))?.1));
                }
                !markers.is_empty() && rest.is_some()
            });
            usize::from(found)
        }
        "text_bytes" => text.len(),
        _ => return None,
    })
}

/// How often a keyword occurs outside longer words; what lies inside one is passed over whole.
fn alone(text: &str, keyword: &str) -> usize {
    if keyword.is_empty() {
        return 0;
    }
    let letter = class(LETTERS);
    let inside = |c: Option<char>| c.is_some_and(|c| letter.is_match(&c.to_string()));
    let anywhere = class(CJK).is_match(keyword);
    text.match_indices(keyword)
        .filter(|(at, _)| {
            let (before, after) = (&text[..*at], &text[at + keyword.len()..]);
            anywhere || !(inside(before.chars().next_back()) || inside(after.chars().next()))
        })
        .count()
}
