#![doc = include_str!("complexity.md")]

use super::{Declaration, Kind, Reach};
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Spanned, Trouble, Value};

pub(super) static KIND: Kind = Kind {
    name: "complexity",
    page: include_str!("complexity.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check,
    compile: |it, _| Some(it.ask("complexity", FIELDS, &LEVELS.map(str::to_owned))),
};

/// What a complexity signal answers: exactly one of these, unless its composer vetoes.
pub const LEVELS: [&str; 3] = ["easy", "medium", "hard"];

const FIELDS: &[Field] = &[
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: true,
        doc: "The margin between the two similarities beyond which a request is hard or easy.",
    },
    Field {
        name: "hard",
        shape: Shape::Object(CANDIDATES),
        required: true,
        doc: "What hard requests look like.",
    },
    Field {
        name: "easy",
        shape: Shape::Object(CANDIDATES),
        required: true,
        doc: "What easy requests look like.",
    },
    Field {
        name: "composer",
        shape: CONDITION,
        required: false,
        doc: "A condition over other signals; when it does not hold, no level is answered.",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];

const CANDIDATES: &[Field] = &[
    Field {
        name: "candidates",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Texts to compare with.",
    },
    Field {
        name: "image_candidates",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Descriptions of images to compare with.",
    },
];

const CONDITION: Shape = Shape::Object(&CONDITION_FIELDS);

// A static, since the list of inner conditions is described by the same table.
static CONDITION_FIELDS: [Field; 4] = [
    Field {
        name: "operator",
        shape: Shape::Word(&["AND", "OR", "NOT"]),
        required: false,
        doc: "How `conditions` combine; default AND.",
    },
    Field {
        name: "conditions",
        shape: Shape::List(&Shape::Object(&CONDITION_FIELDS)),
        required: false,
        doc: "The inner conditions.",
    },
    Field { name: "type", shape: Shape::Text, required: false, doc: "The family of the signal to test." },
    Field {
        name: "name",
        shape: Shape::Text,
        required: false,
        doc: "Its name, with the level for complexity: `effort:hard`.",
    },
];

/// When a complexity signal's answer counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// Strictly of one; of any other number it never holds.
    Not(Vec<Condition>),
    Matched {
        kind: String,
        name: Spanned<String>,
    },
}

impl Condition {
    /// Calls `visit` with the kind and the name of every test, in source order.
    pub fn visit(&self, visit: &mut dyn FnMut(&str, &Spanned<String>)) {
        match self {
            Condition::All(inner) | Condition::Any(inner) | Condition::Not(inner) => {
                inner.iter().for_each(|condition| condition.visit(visit));
            }
            Condition::Matched { kind, name } => visit(kind, name),
        }
    }
}

/// The composer as written, if there is one.
pub fn composer(fields: &Fields) -> Option<Condition> {
    fields.object("composer").map(condition)
}

/// A node with a `type` is a test of a signal, whatever else it says; an unknown operator is AND here, unlike in routes.
fn condition(fields: &Fields) -> Condition {
    if let Some(kind) = fields.text("type").filter(|kind| !kind.is_empty()) {
        let name = fields
            .get("name")
            .map(|value| Spanned { it: value.it.as_text().unwrap_or_default().to_owned(), span: value.span });
        return Condition::Matched { kind: kind.trim().to_lowercase(), name: name.unwrap_or_default() };
    }
    let inner = fields.list("conditions").unwrap_or_default();
    let inner = inner.iter().filter_map(|item| item.it.as_object()).map(condition).collect();
    match fields.text("operator").map(str::to_uppercase).as_deref() {
        Some("OR") => Condition::Any(inner),
        Some("NOT") => Condition::Not(inner),
        _ => Condition::All(inner),
    }
}

fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let threshold = it.fields.get("threshold");
    if let Some(Spanned { it: number, span }) = threshold
        && let Some(margin) = number.as_number()
        && (0.5..=1.0).contains(&margin)
    {
        let message =
            format!("`threshold` is a margin between two similarities, and {margin} is hardly ever reached");
        problems.push(
            Problem::new(Trouble::OutOfRange, Gravity::Doubtful, *span, message).help("try 0.05 to 0.2"),
        );
    }
    for side in ["hard", "easy"] {
        if let Some(Value::Object(candidates)) = it.fields.get(side).map(|value| &value.it)
            && !candidates.entries.is_empty()
            && candidates.texts("candidates").is_empty()
            && candidates.texts("image_candidates").is_empty()
        {
            let message = format!("`{side}` has no candidates to compare with");
            problems.push(
                Problem::new(Trouble::MissingField, Gravity::Ignored, candidates.span, message)
                    .help("add `candidates`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Entry, Span};

    fn fields(entries: Vec<(&str, Value)>) -> Fields {
        let entry = |(key, it): (&str, Value)| Entry {
            key: Spanned { it: key.to_owned(), span: Span::default() },
            value: Spanned { it, span: Span::default() },
        };
        Fields { entries: entries.into_iter().map(entry).collect(), span: Span::default() }
    }

    fn leaf(kind: &str, name: &str) -> Value {
        Value::Object(fields(vec![
            ("type", Value::Text(kind.to_owned())),
            ("name", Value::Text(name.to_owned())),
        ]))
    }

    fn node(operator: Option<&str>, inner: Vec<Value>) -> Value {
        let inner = inner.into_iter().map(|it| Spanned { it, span: Span::default() }).collect();
        let mut entries = vec![("conditions", Value::List(inner))];
        entries.extend(operator.map(|operator| ("operator", Value::Text(operator.to_owned()))));
        Value::Object(fields(entries))
    }

    fn shown(condition: &Condition) -> String {
        let list = |inner: &[Condition]| inner.iter().map(shown).collect::<Vec<_>>().join(" ");
        match condition {
            Condition::All(inner) => format!("all({})", list(inner)),
            Condition::Any(inner) => format!("any({})", list(inner)),
            Condition::Not(inner) => format!("not({})", list(inner)),
            Condition::Matched { kind, name } => format!("{kind}:{}", name.it),
        }
    }

    #[test]
    fn a_composer_is_read_as_the_reference_reads_it() {
        let table = [
            (leaf("Domain ", "law"), "domain:law"),
            (node(None, vec![leaf("domain", "law")]), "all(domain:law)"),
            (
                node(Some("or"), vec![leaf("domain", "law"), leaf("keyword", "k")]),
                "any(domain:law keyword:k)",
            ),
            (node(Some("XOR"), vec![]), "all()"),
            (node(Some("NOT"), vec![node(Some("AND"), vec![leaf("keyword", "k")])]), "not(all(keyword:k))"),
        ];
        for (written, expected) in table {
            let read = composer(&fields(vec![("composer", written)])).map(|condition| shown(&condition));
            assert_eq!(read.as_deref(), Some(expected));
        }
        assert_eq!(composer(&fields(vec![])), None);
    }
}
