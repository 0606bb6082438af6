//! `PROJECTION partition | score | mapping name { … }`

use wrp_graph::schema::{Field, Fields, Shape, Spanned};

use super::condition::BOUNDS;
use super::findings::Findings;
use crate::lint::{self, invalid_mapping, invalid_partition, invalid_score};
use crate::policy::{Band, Bounds, Mapping, Partition, Recipe, Score, ScoreInput, Term};
use crate::syntax::ast::{self, Block, BlockKind};

pub(crate) const PARTITION: &[Field] = &[
    Field {
        name: "semantics",
        shape: Shape::Word(&["exclusive", "softmax_exclusive"]),
        required: true,
        doc: "Keep the best member, with its own confidence or with its share among the members.",
    },
    Field {
        name: "temperature",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "How soft the shares are (softmax_exclusive); default 1.",
    },
    Field {
        name: "members",
        shape: Shape::List(&Shape::Text),
        required: true,
        doc: "The domain or embedding signals that exclude each other.",
    },
    Field {
        name: "default",
        shape: Shape::Text,
        required: false,
        doc: "The member that holds when none does.",
    },
];

pub(crate) const SCORE: &[Field] = &[
    Field {
        name: "method",
        shape: Shape::Word(&["weighted_sum"]),
        required: false,
        doc: "How inputs add up.",
    },
    Field {
        name: "inputs",
        shape: Shape::List(&Shape::Object(INPUT)),
        required: true,
        doc: "What is added, each with its weight.",
    },
];

const INPUT: &[Field] = &[
    Field {
        name: "type",
        shape: Shape::Text,
        required: true,
        doc: "A signal family, `projection`, or `kb_metric`.",
    },
    Field { name: "name", shape: Shape::Text, required: false, doc: "The signal, score or mapping output." },
    Field { name: "kb", shape: Shape::Text, required: false, doc: "The knowledge base (kb_metric)." },
    Field { name: "metric", shape: Shape::Text, required: false, doc: "Which of its metrics (kb_metric)." },
    Field {
        name: "weight",
        shape: Shape::Number(f64::MIN, f64::MAX),
        required: true,
        doc: "What the input's value is multiplied by.",
    },
    Field {
        name: "value_source",
        shape: Shape::Word(&["binary", "confidence", "raw", "score"]),
        required: false,
        doc: "Which number of the input is taken; default binary.",
    },
    Field {
        name: "match",
        shape: Shape::Number(f64::MIN, f64::MAX),
        required: false,
        doc: "The value of a signal that fired (binary); default 1, and 0 means 1.",
    },
    Field {
        name: "miss",
        shape: Shape::Number(f64::MIN, f64::MAX),
        required: false,
        doc: "The value of a signal that did not (binary); default 0.",
    },
];

pub(crate) const MAPPING: &[Field] = &[
    Field { name: "source", shape: Shape::Text, required: true, doc: "The score that is cut into bands." },
    Field {
        name: "method",
        shape: Shape::Word(&["threshold_bands", "multi_emit"]),
        required: false,
        doc: "The first band that holds, or all of them; default threshold_bands.",
    },
    Field {
        name: "calibration",
        shape: Shape::Object(CALIBRATION),
        required: false,
        doc: "How a band's confidence follows from the distance to its nearest bound.",
    },
    Field {
        name: "outputs",
        shape: Shape::List(&Shape::Object(OUTPUT)),
        required: true,
        doc: "The bands, in the order they are tried.",
    },
];

const CALIBRATION: &[Field] = &[
    Field { name: "method", shape: Shape::Word(&["sigmoid_distance"]), required: false, doc: "The curve." },
    Field {
        name: "slope",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "How steep it is; default 12.",
    },
];

const OUTPUT: &[Field] = &[
    Field { name: "name", shape: Shape::Text, required: true, doc: "What conditions call the band." },
    BOUNDS[0],
    BOUNDS[1],
    BOUNDS[2],
    BOUNDS[3],
];

const SLOPE: f64 = 12.0;

/// Resolves a scope's projections; the scope's signals are already in `recipe`.
pub(super) fn resolve(blocks: &[&Block], recipe: &mut Recipe, findings: &mut Findings) {
    for block in blocks {
        let BlockKind::Projection(written) = &block.kind else { continue };
        let name = Spanned { it: written.name.text.clone(), span: written.name.span };
        match written.kind.it.as_str() {
            "partition" => {
                findings.check_fields(&written.fields, PARTITION, &name);
                let partition = partition(written, name, recipe);
                invalid_partition::check(&partition, &written.fields, recipe, findings);
                lint::unknown_member::check(&partition, &written.fields, recipe, findings);
                recipe.partitions.push(settled(partition, recipe));
            }
            "score" => {
                findings.check_fields(&written.fields, SCORE, &name);
                recipe.scores.push(score(&written.fields, name, findings));
            }
            "mapping" => {
                findings.check_fields(&written.fields, MAPPING, &name);
                invalid_mapping::check(&written.fields, &name, findings);
                recipe.mappings.push(mapping(&written.fields, name));
            }
            // The parser has refused every other word.
            _ => {}
        }
    }
    settle_inputs(recipe);
    invalid_score::check(recipe, findings);
    lint::unknown_input::check(recipe, findings);
    lint::score_cycle::check(recipe, findings);
}

fn partition(written: &ast::Projection, name: Spanned<String>, recipe: &Recipe) -> Partition {
    let fields = &written.fields;
    let members = fields.texts("members");
    let family = members.iter().find_map(|member| family_of(&member.it, recipe)).unwrap_or_default();
    let softmax = (fields.text("semantics") == Some("softmax_exclusive"))
        .then(|| fields.number("temperature").filter(|temperature| *temperature > 0.0).unwrap_or(1.0));
    let default = fields.get("default").and_then(|value| {
        let name = value.it.as_text().filter(|name| !name.is_empty())?;
        Some(Spanned { it: name.to_owned(), span: value.span })
    });
    Partition { name, softmax, family: family.to_owned(), members, default }
}

/// `domain` or `embedding`, whichever a signal of this name belongs to.
fn family_of(name: &str, recipe: &Recipe) -> Option<&'static str> {
    ["domain", "embedding"]
        .into_iter()
        .find(|family| recipe.signals.iter().any(|it| it.kind.name == *family && it.name.it == name))
}

/// Without the members that do not exist or belong to another family: the reference passes over them.
fn settled(mut partition: Partition, recipe: &Recipe) -> Partition {
    partition.members.retain(|member| {
        recipe.signals.iter().any(|it| it.kind.name == partition.family && it.name.it == member.it)
    });
    partition
}

fn score(fields: &Fields, name: Spanned<String>, findings: &mut Findings) -> Score {
    let inputs = fields.list("inputs").unwrap_or_default();
    let inputs = inputs.iter().filter_map(|input| {
        let fields = input.it.as_object()?;
        let kind = fields.text("type")?;
        if !matches!(kind, "projection" | "kb_metric")
            && let Some(source) = fields.get("value_source")
            && source.it.as_text() == Some("score")
        {
            findings.push_ignored(invalid_score::score_of_a_signal(source.span));
        }
        let span = fields.get("name").map_or(input.span, |name| name.span);
        Some(ScoreInput { weight: fields.number("weight").unwrap_or(0.0), term: term(fields), span })
    });
    Score { name, inputs: inputs.collect() }
}

fn term(fields: &Fields) -> Term {
    let text = |key| fields.text(key).unwrap_or_default().to_owned();
    let (kind, name) = (text("type").trim().to_lowercase(), text("name"));
    match (kind.as_str(), fields.text("value_source")) {
        ("kb_metric", _) => Term::KbMetric { kb: text("kb"), metric: text("metric") },
        ("projection", Some("confidence")) => Term::Output { name },
        ("projection", _) => Term::Score { name },
        (_, Some("confidence")) => Term::Confidence { kind, name },
        (_, Some("raw")) => Term::Raw { kind, name },
        _ => Term::Binary {
            kind,
            name,
            matched: fields.number("match").filter(|value| *value != 0.0).unwrap_or(1.0),
            missed: fields.number("miss").unwrap_or(0.0),
        },
    }
}

/// A projection input that names no score but a mapping's output means that output; the mapping may stand behind it.
fn settle_inputs(recipe: &mut Recipe) {
    let scores: Vec<String> = recipe.scores.iter().map(|score| score.name.it.clone()).collect();
    let outputs: Vec<String> = outputs(recipe).map(|band| band.name.it.clone()).collect();
    for input in recipe.scores.iter_mut().flat_map(|score| &mut score.inputs) {
        if let Term::Score { name } = &input.term
            && !scores.contains(name)
            && outputs.contains(name)
        {
            input.term = Term::Output { name: name.clone() };
        }
    }
}

fn outputs(recipe: &Recipe) -> impl Iterator<Item = &Band> {
    recipe.mappings.iter().flat_map(|mapping| &mapping.outputs)
}

fn mapping(fields: &Fields, name: Spanned<String>) -> Mapping {
    let source = fields.get("source");
    let slope = fields.object("calibration").and_then(|calibration| calibration.number("slope"));
    let outputs = fields.list("outputs").unwrap_or_default().iter().filter_map(|output| {
        let fields = output.it.as_object()?;
        let name = fields.get("name")?;
        let name = Spanned { it: name.it.as_text()?.to_owned(), span: name.span };
        Some(Band { name, bounds: Bounds::read(fields) })
    });
    Mapping {
        source: Spanned {
            it: fields.text("source").unwrap_or_default().to_owned(),
            span: source.map_or(name.span, |source| source.span),
        },
        multi_emit: fields.text("method") == Some("multi_emit"),
        slope: slope.filter(|slope| *slope > 0.0).unwrap_or(SLOPE),
        outputs: outputs.collect(),
        name,
    }
}
