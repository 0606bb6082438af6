#![doc = include_str!("event.md")]

use serde::Serialize;

use crate::reading::Reading;
use crate::scan::{Hits, PatternId, Scanner};
use crate::wire::wire;

/// Criteria of which one must hold; each holds when one of its patterns occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    pub criteria: Vec<Vec<PatternId>>,
}

wire!(Event { criteria });

impl Event {
    pub fn sense(&self, hits: &Hits) -> Reading {
        let holds = |patterns: &&Vec<PatternId>| patterns.iter().any(|pattern| hits.seen(*pattern));
        let holding = self.criteria.iter().filter(holds).count();
        if holding == 0 {
            return Reading::MISSED;
        }
        Reading::confident(true, 0.5 + 0.5 * holding as f64 / self.criteria.len() as f64)
    }

    /// Whether the scanner knows all that this signal asks it.
    pub fn fits(&self, scanner: &Scanner) -> bool {
        self.criteria.iter().flatten().all(|pattern| scanner.has_pattern(*pattern))
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;
#[cfg(feature = "build")]
pub use build::{URGENT, is_severity};

#[cfg(feature = "build")]
mod build {
    use super::Event;
    use crate::scan::literals::{Case, Edge};
    use crate::scan::{Builder, PatternId};
    use crate::schema::{Field, Gravity, Problem, Shape, Trouble};
    use crate::signal::{Compiled, Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "event",
        page: include_str!("event.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: &[],
        check,
        compile,
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "event_types",
            shape: Shape::List(&Shape::Text),
            required: false,
            doc: "Types of event, of which one must be named.",
        },
        Field {
            name: "severities",
            // Checked below: neither case nor space around the word counts.
            shape: Shape::List(&Shape::Text),
            required: false,
            doc: "`critical`, `high`, `medium` or `low`, of which one must be named.",
        },
        Field {
            name: "action_codes",
            shape: Shape::List(&Shape::Text),
            required: false,
            doc: "Codes, of which one must be named.",
        },
        Field {
            name: "temporal",
            shape: Shape::Flag,
            required: false,
            doc: "Whether words of urgency are a criterion; default false.",
        },
        crate::signal::DESCRIPTION,
    ];

    const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

    /// Words of urgency as the reference has them; its dot stands for any character.
    pub const URGENT: &str = r"\b(?:urgent|immediate|asap|deadline|time.sensitive|now|critical.window)\b";

    fn compile(it: &Declaration<'_>, builder: &mut Builder) -> Option<Compiled> {
        let mut named = |key: &str, known: fn(&str) -> bool| -> Vec<PatternId> {
            let words = it.fields.texts(key);
            let words =
                words.iter().map(|word| word.it.trim()).filter(|word| !word.is_empty() && known(word));
            words.map(|word| builder.literal(word, Case::Fold, Edge::AsciiWord)).collect()
        };
        let mut criteria = vec![
            named("event_types", |_| true),
            named("severities", is_severity),
            named("action_codes", |_| true),
        ];
        criteria.retain(|patterns| !patterns.is_empty());
        if it.fields.flag("temporal") == Some(true) {
            criteria.push(vec![builder.regex(URGENT, true).ok()?]);
        }
        (!criteria.is_empty()).then(|| it.inline("event", Inline::Event(Event { criteria })))
    }

    pub fn is_severity(word: &str) -> bool {
        SEVERITIES.iter().any(|known| known.eq_ignore_ascii_case(word))
    }

    fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
        for word in it.fields.texts("severities").iter().filter(|word| !is_severity(word.it.trim())) {
            let message = format!("`{}` is no severity and never matches", word.it.trim());
            problems.push(
                Problem::new(Trouble::UnknownWord, Gravity::Ignored, word.span, message)
                    .help("use `critical`, `high`, `medium` or `low`"),
            );
        }
    }
}
