//! Signals of one family that compete: each query says what the others are, so that it can be answered alone.

use serde_json::{Map, Value};

use crate::graph::Query;

/// The families, with what a rival must say of itself.
const FAMILIES: &[(&str, &[&str])] =
    &[("preference", &["description", "examples", "threshold"]), ("reask", &["lookback_turns", "threshold"])];

/// Writes into each query of such a family, under `rivals`, the declarations of the others, in the order of the policy.
pub fn acquaint(queries: &mut [Query]) {
    for (family, fields) in FAMILIES {
        let of_family = |query: &&mut Query| query.family == *family;
        let declared: Vec<(String, Map<String, Value>)> = queries
            .iter_mut()
            .filter(of_family)
            .map(|query| (query.name.clone(), serde_json::from_str(&query.spec).unwrap_or_default()))
            .collect();
        if declared.len() < 2 {
            continue;
        }
        for query in queries.iter_mut().filter(of_family) {
            let own = declared.iter().find(|(name, _)| *name == query.name);
            let rivals = declared.iter().filter(|(name, _)| *name != query.name).map(|(name, spec)| {
                let said =
                    fields.iter().filter_map(|field| Some(((*field).to_owned(), spec.get(*field)?.clone())));
                let named = [("name".to_owned(), Value::from(name.as_str()))];
                Value::Object(named.into_iter().chain(said).collect())
            });
            let mut spec = own.map(|(_, spec)| spec.clone()).unwrap_or_default();
            spec.insert("rivals".to_owned(), rivals.collect());
            query.spec = Value::Object(spec).to_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_compete_know_each_other() {
        let query = |family: &str, name: &str, spec: &str| Query {
            family: family.to_owned(),
            name: name.to_owned(),
            spec: spec.to_owned(),
            keys: Vec::new(),
        };
        let mut queries = [
            query("reask", "once", r#"{"description":"x","threshold":0.8}"#),
            query("pii", "p", "{}"),
            query("reask", "twice", r#"{"lookback_turns":2}"#),
            query("preference", "alone", r#"{"examples":["a"]}"#),
        ];
        acquaint(&mut queries);
        let specs = queries.map(|query| query.spec);
        assert_eq!(
            specs,
            [
                r#"{"description":"x","rivals":[{"lookback_turns":2,"name":"twice"}],"threshold":0.8}"#,
                "{}",
                r#"{"lookback_turns":2,"rivals":[{"name":"once","threshold":0.8}]}"#,
                r#"{"examples":["a"]}"#,
            ]
        );
    }
}
