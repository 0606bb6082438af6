//! One entry of the caller's metadata against the one predicate.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let key = fields.text("key").filter(|key| !key.is_empty())?;
    let value = facts.metadata.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_ref());
    let predicate = fields.object("predicate")?;
    let words = predicate.texts("in");
    let verdicts = [
        predicate.text("equals").map(|word| value == Some(word)),
        (!words.is_empty()).then(|| words.iter().any(|word| value == Some(word.it.as_str()))),
        predicate.flag("exists").map(|wanted| value.is_some() == wanted),
    ];
    let mut given = verdicts.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(true), None) => Some(Reading::confident(true, 1.0)),
        (Some(false), None) => Some(Reading::MISSED),
        _ => None,
    }
}
