//! What the compiler has to say, as plain data; only the command line draws it.

pub use wrp_graph::schema::{Edit, Fix};

use wrp_graph::schema::Span;

use crate::lint::Lint;
use crate::prove::Witness;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Note,
    Warning,
    Error,
}

/// One finding. The primary span lies on what must change; `related` says why.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub lint: &'static Lint,
    pub level: Level,
    pub span: Span,
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// The text under the primary span; empty repeats nothing.
    pub label: String,
    /// The way out, in the imperative.
    pub help: Option<String>,
    /// A request that proves the finding, in policy words.
    pub witness: Option<String>,
    pub related: Vec<Related>,
    /// The way out, ready to be made; several are for somebody to choose from.
    pub fixes: Vec<Fix>,
}

/// Another place that explains the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The source it is in, where that is not the finding's own.
    pub source: Option<usize>,
    pub span: Span,
    pub message: String,
}

impl Diagnostic {
    pub fn new(lint: &'static Lint, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            lint,
            level: lint.level,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
            witness: None,
            related: Vec::new(),
            fixes: Vec::new(),
        }
    }

    #[must_use]
    pub fn level(self, level: Level) -> Diagnostic {
        Diagnostic { level, ..self }
    }

    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Diagnostic {
        Diagnostic { label: label.into(), ..self }
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Diagnostic {
        Diagnostic { help: Some(help.into()), ..self }
    }

    /// The request that proves it, where one was found.
    #[must_use]
    pub fn witness(self, witness: Option<&Witness>) -> Diagnostic {
        Diagnostic { witness: witness.map(|witness| witness.words.clone()), ..self }
    }

    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.related.push(Related { source: None, span, message: message.into() });
        self
    }

    /// A fix, or none where there is none to give.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Diagnostic {
        self.fixes.extend(fix.into());
        self
    }
}
