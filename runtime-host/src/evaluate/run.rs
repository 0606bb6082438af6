//! Puts cases to the families, as a call would, and notes what they say.

use std::time::Instant;

use serde_json::Value;
use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;

use crate::family::{Answerer, CONTENT_SAFETY, Families};
use crate::infer::{Infer, Refused};

use super::set::{Case, Half, Set};

/// What was said of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub label: String,
    /// The label that fired, the surest if several did, else the one for when nothing should.
    pub predicted: String,
    /// How sure each label is, whatever the threshold; empty where the family does not say.
    pub scores: Vec<(String, f64)>,
    /// Wall time of the call, in milliseconds. Exemplars are known by then.
    pub took_ms: f64,
}

/// Asks every case of a half.
pub async fn run<I: Infer>(
    families: &Families<I>,
    set: &Set,
    half: Half,
    thresholds: Thresholds,
) -> Result<Vec<Said>, Refused> {
    let cases = set.of(half);
    // The first case is asked twice, so that models and exemplars are ready when the clock runs.
    if let Some(first) = cases.first() {
        ask(families, set, first, thresholds).await?;
    }
    let mut said = Vec::new();
    for case in cases {
        said.push(ask(families, set, case, thresholds).await?);
    }
    Ok(said)
}

/// From where on a family of fixed names counts as having spoken.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub choice: f64,
    pub pii: f64,
    pub safety: f64,
}

async fn ask<I: Infer>(
    families: &Families<I>,
    set: &Set,
    case: &Case,
    at: Thresholds,
) -> Result<Said, Refused> {
    let start = Instant::now();
    let (predicted, scores) = match set.header.family.as_str() {
        "fact_check" | "user_feedback" | "modality" | "domain" => {
            let shares = families.shares(&set.header.family, &case.text).await?;
            (best(&shares, at.choice), shares)
        }
        CONTENT_SAFETY => {
            let shares = families.shares(CONTENT_SAFETY, &case.text).await?;
            let danger = shares.first().map_or(0.0, |(_, danger)| *danger);
            let kind = best(shares.get(1..).unwrap_or_default(), 0.0).filter(|_| danger >= at.safety);
            (kind, vec![(set.header.otherwise.clone(), 1.0 - danger)])
        }
        "pii" => {
            let found = families.personal_data(&case.text).await?;
            let sure: Vec<_> = found.iter().filter(|found| found.score >= at.pii).collect();
            let expected = sure.iter().find(|found| found.kind == case.label);
            let kind = expected.or(sure.first()).map(|found| found.kind.clone());
            let most = found.iter().map(|found| found.score).fold(0.0, f64::max);
            (kind, vec![(set.header.otherwise.clone(), 1.0 - most)])
        }
        _ => declared(families, set, case).await?,
    };
    let took_ms = start.elapsed().as_secs_f64() * 1e3;
    let predicted = predicted.unwrap_or_else(|| set.header.otherwise.clone());
    Ok(Said { label: case.label.clone(), predicted, scores, took_ms })
}

fn best(shares: &[(String, f64)], threshold: f64) -> Option<String> {
    let best = shares.iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.filter(|(_, share)| *share >= threshold).map(|(label, _)| label.clone())
}

/// A query a declaration as it stands, and one at the threshold 0 for the score.
async fn declared<I: Infer>(
    families: &Families<I>,
    set: &Set,
    case: &Case,
) -> Result<(Option<String>, Vec<(String, f64)>), Refused> {
    let family = &set.header.family;
    let at_zero = |spec: &Value| {
        let mut spec = spec.clone();
        if let Some(fields) = spec.as_object_mut() {
            // Just above 0, which some families take for none given.
            fields.insert("threshold".to_owned(), Value::from(1e-9));
        }
        spec
    };
    let query = |name: &str, spec: &Value| Query {
        family: family.clone(),
        name: name.to_owned(),
        spec: spec.to_string(),
        keys: vec![format!("{family}:{name}")],
    };
    let declarations = declarations(set);
    let as_declared = declarations.iter().map(|(name, spec)| query(name, spec));
    let scored = declarations.iter().map(|(name, spec)| query(name, &at_zero(spec)));
    let queries: Vec<Query> = as_declared.chain(scored).collect();
    let facts = facts(case);
    let results = families.answer(&facts, &queries.iter().collect::<Vec<_>>(), None).await;
    let mut fired: Vec<(String, f64)> = Vec::new();
    let mut scores: Vec<(String, f64)> = Vec::new();
    for (number, (query, result)) in queries.iter().zip(results).enumerate() {
        for (key, reading) in result?.iter().filter(|(_, reading)| reading.matched) {
            // A level of complexity is a label; of other families the signal's name is.
            let level = key.strip_prefix(&format!("{family}:{}:", query.name));
            let (label, sure) = (level.unwrap_or(&query.name).to_owned(), reading.weight());
            match number < declarations.len() {
                true => fired.push((label, sure)),
                false => scores.push((label, sure)),
            }
        }
    }
    // A vote's risk is meant as a probability; a margin of cosines is not.
    let votes =
        family == "jailbreak" && set.header.declares.values().all(|spec| spec.get("method").is_none());
    if let (true, [(_, risk)]) = (votes, scores.as_slice()) {
        scores.push((set.header.otherwise.clone(), 1.0 - risk));
    }
    Ok((best(&fired, 0.0), scores))
}

/// The declarations; preferences compete, and are told about each other as the compiler does.
fn declarations(set: &Set) -> Vec<(String, Value)> {
    let named = |(name, spec): (&String, &Value)| {
        let mut spec = spec.clone();
        if let Some(fields) = spec.as_object_mut() {
            fields.insert("name".to_owned(), Value::from(name.as_str()));
        }
        spec
    };
    let told = |(name, spec): (&String, &Value)| {
        let mut spec = spec.clone();
        if let (Some(fields), "preference") = (spec.as_object_mut(), set.header.family.as_str()) {
            let others = set.header.declares.iter().filter(|(other, _)| *other != name);
            fields.insert("rivals".to_owned(), others.map(named).collect());
        }
        (name.clone(), spec)
    };
    set.header.declares.iter().map(told).collect()
}

fn facts(case: &Case) -> Facts<'_> {
    let turns = case.before.iter().chain([&case.text]).map(|turn| turn.as_str().into());
    Facts {
        user_turns: turns.collect(),
        assistant_replied: !case.before.is_empty(),
        ..Facts::from_text(case.text.as_str())
    }
}
