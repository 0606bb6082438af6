//! Taking items out of a list, and putting items in, with the commas right.

use super::Edits;
use crate::body::json::Span;

/// The items of an array, or the members of an object, and what is to become of them.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// Between the brackets.
    pub(super) inside: Span,
    pub(super) spans: Vec<Span>,
    /// Whether each stays.
    pub(super) stay: Vec<bool>,
    /// New, before all others.
    pub(super) front: Option<String>,
}

impl Items {
    pub(super) fn new(inside: Span) -> Items {
        Items { inside, ..Items::default() }
    }

    pub(super) fn push(&mut self, span: Span, stays: bool) {
        self.spans.push(span);
        self.stay.push(stays);
    }

    /// A run of items that go takes the comma before it along, or, at the front of the list, the one behind it.
    pub(super) fn edit(self, edits: &mut Edits) {
        let mut last_staying: Option<Span> = None;
        let mut items = self.spans.iter().zip(&self.stay).peekable();
        while let Some((first, stays)) = items.next() {
            if *stays {
                last_staying = Some(*first);
                continue;
            }
            let mut run = *first;
            while let Some((next, _)) = items.next_if(|(_, stays)| !**stays) {
                run.end = next.end;
            }
            let gone = match (last_staying, items.peek()) {
                (Some(before), _) => Span { start: before.end, end: run.end },
                (None, Some((next, _))) => Span { start: run.start, end: next.start },
                (None, None) => run,
            };
            edits.replace(gone, String::new());
        }

        if let Some(front) = self.front {
            let at = self.spans.first().map_or(self.inside.start, |span| span.start);
            let comma = if last_staying.is_some() { "," } else { "" };
            edits.insert(at, format!("{front}{comma}"));
        }
    }
}
