//! The size of a request against a band.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let (low, high) = (tokens(fields, "min_tokens")?, tokens(fields, "max_tokens")?);
    let of_text = facts.text.len() as f64 / 4.0;
    let size = (of_text.ceil() as u64).max(facts.envelope_tokens);
    Some(Reading { matched: low <= size && size <= high, ..Reading::MISSED })
}

/// A missing bound is 0; one that cannot be read is none.
fn tokens(fields: &Fields, key: &str) -> Option<u64> {
    let text = fields.text(key).unwrap_or_default().trim().to_uppercase();
    if text.is_empty() {
        return Some(0);
    }
    let (number, scale) = match (text.strip_suffix('K'), text.strip_suffix('M')) {
        (Some(thousands), _) => (thousands, 1_000.0),
        (_, Some(millions)) => (millions, 1_000_000.0),
        _ => (text.as_str(), 1.0),
    };
    let number: f64 = number.parse().ok()?;
    (number >= 0.0 && number.is_finite()).then_some((number * scale) as u64)
}
