//! `(key = value …)`: the options in a header's parentheses.

use wrp_graph::schema::{Entry, Fields, Span, Value};

use super::findings::Findings;
use crate::lint;
use crate::syntax::ast::HeaderOption;

/// Options read as fields, so that a schema can check them.
pub(super) fn fields(options: &[HeaderOption]) -> Fields {
    let entries: Vec<Entry> =
        options.iter().map(|option| Entry { key: option.key.clone(), value: option.value.clone() }).collect();
    let span =
        entries.iter().map(|entry| entry.key.span.to(entry.value.span)).reduce(Span::to).unwrap_or_default();
    Fields { entries, span }
}

/// The same for a model's options, whose strings must be quoted: the reference drops a bare word in silence.
pub(super) fn quoted_fields(options: &[HeaderOption], findings: &mut Findings) -> Fields {
    let mut fields = fields(options);
    fields.entries.retain(|entry| match &entry.value.it {
        Value::Word(word) => {
            findings.push_ignored(lint::dropped_option::bare_word(word, entry));
            false
        }
        _ => true,
    });
    fields
}
