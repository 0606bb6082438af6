//! What is done to the readings before routes look at them, in the reference's order: partitions, composers, the
//! embedding limit, projections.

use wrp_graph::signal::complexity;
use wrp_graph::stage::{Band, Input, Mapping, Partition, Score, Stage, Term, Top, Veto};

use super::TooLarge;
use super::condition::Conditions;
use super::vocabulary::{self, Used, Vocabulary};
use crate::policy::{self, Recipe};

pub(super) fn of(
    recipe: &Recipe,
    used: &Used,
    vocabulary: &Vocabulary,
    conditions: &mut Conditions<'_>,
) -> Result<Vec<Stage>, TooLarge> {
    let mut stages = Vec::new();
    let partitions = recipe.partitions.iter().filter(|partition| used.family(&partition.family));
    stages.extend(partitions.filter_map(|it| partition(recipe, it, vocabulary)).map(Stage::Partition));
    if used.family("complexity") {
        let mut vetoes = Vec::new();
        for (name, composer) in vocabulary::composers(recipe) {
            let levels = complexity::LEVELS.iter().map(|level| format!("complexity:{name}:{level}"));
            let levels = levels.filter_map(|level| vocabulary.slot(&level)).collect();
            vetoes.push(Veto { levels, condition: conditions.write_composer(&composer)? });
        }
        if !vetoes.is_empty() {
            stages.push(Stage::Vetoes(vetoes));
        }
    }
    if used.family("embedding") && recipe.embedding_top_k > 0 {
        let mut names: Vec<&str> = declared(recipe, "embedding").collect();
        names.sort_unstable();
        names.dedup();
        let members = names.iter().filter_map(|name| vocabulary.slot(&format!("embedding:{name}"))).collect();
        stages.push(Stage::Top(Top { members, limit: recipe.embedding_top_k }));
    }
    if used.projections(recipe) {
        stages.extend(projections(recipe, vocabulary));
    }
    Ok(stages)
}

fn declared<'r>(recipe: &'r Recipe, kind: &'r str) -> impl Iterator<Item = &'r str> {
    recipe.signals.iter().filter(move |signal| signal.kind.name == kind).map(|signal| signal.name.it.as_str())
}

/// `None` for a group of fewer than two signals: it has nothing to exclude.
fn partition(recipe: &Recipe, partition: &policy::Partition, vocabulary: &Vocabulary) -> Option<Partition> {
    let exists = |name: &&str| declared(recipe, &partition.family).any(|other| other == *name);
    let slot = |name: &str| vocabulary.slot(&format!("{}:{name}", partition.family));
    let mut members: Vec<u16> = Vec::new();
    for member in partition.members.iter().map(|member| member.it.as_str()).filter(exists).filter_map(slot) {
        if !members.contains(&member) {
            members.push(member);
        }
    }
    let default = partition.default.as_ref().and_then(|default| slot(&default.it));
    (members.len() > 1).then_some(Partition { members, softmax: partition.softmax, default })
}

/// Scores and mappings, each after what it looks at and otherwise as written. What goes round in a circle is left out:
/// it never has a value.
fn projections(recipe: &Recipe, vocabulary: &Vocabulary) -> Vec<Stage> {
    // Of two scores with one name, the last one counts.
    let score_named = |name: &str| recipe.scores.iter().rposition(|score| score.name.it == name);
    let mut score_numbers: Vec<Option<u16>> = vec![None; recipe.scores.len()];
    let mut mapped = vec![false; recipe.mappings.len()];
    let mut stages = Vec::new();
    loop {
        let before = stages.len();
        for (at, score) in recipe.scores.iter().enumerate() {
            let ready = score.inputs.iter().all(|input| match &input.term {
                policy::Term::Score { name } => {
                    score_named(name).is_none_or(|score| score_numbers[score].is_some())
                }
                policy::Term::Output { name } => {
                    recipe.mappings.iter().zip(&mapped).all(|(mapping, mapped)| {
                        *mapped || mapping.outputs.iter().all(|band| band.name.it != *name)
                    })
                }
                _ => true,
            });
            if score_numbers[at].is_none() && ready {
                let inputs = score.inputs.iter().map(|input| {
                    let number = |name: &str| score_named(name).and_then(|score| score_numbers[score]);
                    Input { weight: input.weight, term: term(&input.term, vocabulary, number) }
                });
                stages.push(Stage::Score(Score { name: score.name.it.clone(), inputs: inputs.collect() }));
                score_numbers[at] = Some(score_numbers.iter().flatten().count() as u16);
            }
        }
        for (at, mapping) in recipe.mappings.iter().enumerate() {
            let source = score_named(&mapping.source.it).and_then(|score| score_numbers[score]);
            if let Some(score) = source.filter(|_| !mapped[at]) {
                let bands = mapping.outputs.iter().filter_map(|band| {
                    let slot = vocabulary.slot(&format!("projection:{}", band.name.it))?;
                    Some(Band { slot, bounds: band.bounds })
                });
                let (multi_emit, slope) = (mapping.multi_emit, mapping.slope);
                stages.push(Stage::Mapping(Mapping { score, multi_emit, slope, bands: bands.collect() }));
                mapped[at] = true;
            }
        }
        if stages.len() == before {
            return stages;
        }
    }
}

fn term(term: &policy::Term, vocabulary: &Vocabulary, score: impl Fn(&str) -> Option<u16>) -> Term {
    let nothing = Term::Constant(0.0);
    let slot = vocabulary::key_of_term(term).and_then(|key| vocabulary.slot(&key));
    match (term, slot) {
        // Authz joins after the projections, so a score never sees it.
        (policy::Term::Binary { kind, missed, .. }, _) if kind == "authz" => Term::Constant(*missed),
        (policy::Term::Confidence { kind, .. } | policy::Term::Raw { kind, .. }, _) if kind == "authz" => {
            nothing
        }
        (policy::Term::Binary { matched, missed, .. }, Some(slot)) => {
            Term::Binary { slot, matched: *matched, missed: *missed }
        }
        (policy::Term::Confidence { .. } | policy::Term::Output { .. }, Some(slot)) => {
            Term::Confidence { slot }
        }
        (policy::Term::Raw { .. } | policy::Term::KbMetric { .. }, Some(slot)) => Term::Raw { slot },
        (policy::Term::Score { name }, _) => score(name).map_or(nothing, |score| Term::Score { score }),
        (_, None) => nothing,
    }
}
