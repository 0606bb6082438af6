//! One finding for all ways that break a promise.

use wrp_graph::schema::Span;

use super::Lint;
use crate::diagnostic::Diagnostic;
use crate::prove::promise::Kind;
use crate::prove::{Analysis, Refuted};

/// How many further ways one finding points at.
const NAMED: usize = 3;

/// The ways that break one promise, the telling one first: one that a request shows, if there is any.
pub(super) struct Ways<'a>(Vec<&'a Refuted>);

impl<'a> Ways<'a> {
    pub(super) fn of(analysis: &'a Analysis, promise: Kind) -> Ways<'a> {
        let mut ways: Vec<&Refuted> = analysis.refuted.iter().filter(|it| it.promise == promise).collect();
        ways.sort_by_key(|way| way.witness.is_none());
        Ways(ways)
    }

    /// Where the first of them is sent there.
    pub(super) fn span(&self) -> Option<Span> {
        self.0.first().map(|way| way.span)
    }

    /// That the promise does not hold, or could not be proved; nothing where it is kept.
    pub(super) fn diagnostic(&self, lint: &'static Lint, span: Span, promise: &str) -> Option<Diagnostic> {
        let shown = self.0.first()?;
        let message = match shown.witness {
            Some(_) => format!("{promise} does not hold: {}", shown.reason),
            None => format!("{promise} could not be proved: {}", shown.reason),
        };
        Some(self.point(Diagnostic::new(lint, span, message)))
    }

    /// Adds the ways and the request to a finding.
    pub(super) fn point(&self, mut found: Diagnostic) -> Diagnostic {
        for way in self.0.iter().take(1 + NAMED) {
            found = found.related(way.span, way.path.clone());
        }
        found.witness(self.0.first().and_then(|way| way.witness.as_ref()))
    }

    /// Whether a request shows it.
    pub(super) fn is_shown(&self) -> bool {
        self.0.first().is_some_and(|way| way.witness.is_some())
    }
}
