//! What a file's reading has to say: no more than anybody will read, and then a note about the rest.

use wrp_graph::schema::Span;

use super::{MAX_ERRORS, SYNTAX_ERROR};
use crate::diagnostic::{Diagnostic, Level};

#[derive(Debug, Default)]
pub(super) struct Complaints {
    said: Vec<Diagnostic>,
    /// How many more there were.
    unsaid: usize,
}

impl Complaints {
    /// Takes one more; it is not even worded where there are too many already.
    pub(super) fn push(&mut self, complaint: impl FnOnce() -> Diagnostic) {
        match self.said.len() < MAX_ERRORS {
            true => self.said.push(complaint()),
            false => self.unsaid += 1,
        }
    }

    pub(super) fn append(&mut self, other: Complaints) {
        self.said.extend(other.said);
        self.unsaid += other.unsaid;
    }

    /// Drops what was said of a place or of places behind it.
    pub(super) fn forget_from(&mut self, start: usize) {
        self.said.retain(|complaint| (complaint.span.start as usize) < start);
    }

    /// In the order of the text.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.said.sort_by_key(|complaint| complaint.span.start);
        let kept = self.said.len().min(MAX_ERRORS);
        let unsaid = self.unsaid + self.said.split_off(kept).len();
        if unsaid > 0 {
            let last = self.said.last().map_or(Span::default(), |complaint| complaint.span);
            let note =
                Diagnostic::new(&SYNTAX_ERROR, last, format!("{unsaid} more complaints are not shown"));
            self.said.push(note.level(Level::Note).help("repair these first"));
        }
        self.said
    }
}
