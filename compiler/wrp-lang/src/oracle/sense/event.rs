//! The traces of an event, one pattern after the other.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

use super::go;

const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
const URGENT: &str = r"\b(urgent|immediate|asap|deadline|time.sensitive|now|critical.window)\b";

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let mut criteria = Vec::new();
    for key in ["event_types", "severities", "action_codes"] {
        let words: Vec<String> = fields.texts(key).iter().map(|word| word.it.trim().to_owned()).collect();
        let known =
            |word: &&String| key != "severities" || SEVERITIES.contains(&word.to_lowercase().as_str());
        let words: Vec<&String> = words.iter().filter(|word| !word.is_empty()).filter(known).collect();
        if !words.is_empty() {
            criteria.push(words.iter().any(|word| occurs(&format!(r"\b{}\b", regex::escape(word)), facts)));
        }
    }
    if fields.flag("temporal") == Some(true) {
        criteria.push(occurs(URGENT, facts));
    }
    if criteria.is_empty() {
        return None;
    }
    let holding = criteria.iter().filter(|holds| **holds).count();
    let share = holding as f64 / criteria.len() as f64;
    Some(if holding > 0 { Reading::confident(true, 0.5 + share / 2.0) } else { Reading::MISSED })
}

fn occurs(pattern: &str, facts: &Facts<'_>) -> bool {
    go(pattern, true).is_some_and(|pattern| pattern.is_match(&facts.text))
}
