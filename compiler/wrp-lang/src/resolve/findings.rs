//! What has been found so far, and how grave it is under the policy's semantics.

use wrp_graph::schema::{Field, Fields, Gravity, Problem, Span, Spanned, Trouble, check};

use crate::diagnostic::{Diagnostic, Level};
use crate::lint;
use crate::policy::{Semantics, Writer};

#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) semantics: Semantics,
    found: Vec<Diagnostic>,
}

impl Findings {
    pub(crate) fn new(semantics: Semantics) -> Findings {
        Findings { semantics, found: Vec::new() }
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Something the reference reads past in silence: a warning, or an error where nothing is passed over.
    pub(crate) fn push_ignored(&mut self, diagnostic: Diagnostic) {
        let level = self.level(Gravity::Ignored);
        self.found.push(diagnostic.level(level));
    }

    /// A test that is never true. A route with one takes less than it seems to, and the reference reads past that; an
    /// assertion with one promises less than it seems to, and that is an error.
    pub(crate) fn push_never_true(&mut self, diagnostic: Diagnostic, writer: Writer) {
        match writer {
            Writer::Route => self.push_ignored(diagnostic),
            Writer::Assertion => self.push(diagnostic.level(Level::Error)),
        }
    }

    /// Compares fields with their schema.
    pub(crate) fn check_fields(&mut self, fields: &Fields, schema: &[Field], block: &Spanned<String>) {
        let mut problems = Vec::new();
        check(fields, schema, block, &mut problems);
        self.push_problems(problems);
    }

    /// The same, where the reference's compiler refuses whatever disagrees.
    pub(crate) fn check_fields_firmly(&mut self, fields: &Fields, schema: &[Field], block: &Spanned<String>) {
        let mut problems = Vec::new();
        check(fields, schema, block, &mut problems);
        for problem in &mut problems {
            if matches!(problem.trouble, Trouble::UnknownWord | Trouble::MissingField) {
                problem.gravity = Gravity::Refused;
            }
        }
        self.push_problems(problems);
    }

    /// Problems of our own blocks, which no reference reads past: errors, unless they are doubtful only.
    pub(crate) fn push_own(&mut self, mut problems: Vec<Problem>) {
        for problem in problems.iter_mut().filter(|it| it.gravity == Gravity::Ignored) {
            problem.gravity = Gravity::Refused;
        }
        self.push_problems(problems);
    }

    pub(crate) fn push_problems(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            let level = self.level(problem.gravity);
            let diagnostic =
                Diagnostic::new(lint::of(problem.trouble), problem.span, problem.message).level(level);
            self.found.push(Diagnostic { help: problem.help, fixes: problem.fixes, ..diagnostic });
        }
    }

    /// Whether something inside this place is an error already.
    pub(crate) fn refuses(&self, place: Span) -> bool {
        let inside = |it: &Diagnostic| place.start <= it.span.start && it.span.end <= place.end;
        self.found.iter().any(|it| it.level == Level::Error && inside(it))
    }

    /// Forgets what may only be so because a part of the text could not be read.
    pub(crate) fn drop_absences(&mut self) {
        self.found.retain(|diagnostic| !lint::is_about_absence(diagnostic.lint));
    }

    /// One finding for each place and lint, the gravest, in source order.
    pub(crate) fn in_source_order(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        found.sort_by(|a, b| {
            let place = |it: &Diagnostic| (it.span.start, it.span.end, it.lint.code);
            place(a).cmp(&place(b)).then_with(|| b.level.cmp(&a.level))
        });
        found.dedup_by(|later, earlier| {
            let same = later.span == earlier.span && later.lint.code == earlier.lint.code;
            // The graver one speaks, but what the other could mend it need not know.
            if same && earlier.fixes.is_empty() {
                earlier.fixes = std::mem::take(&mut later.fixes);
            }
            same
        });
        found
    }

    fn level(&self, gravity: Gravity) -> Level {
        match (gravity, self.semantics) {
            (Gravity::Refused, _) | (Gravity::Ignored, Semantics::Strict) => Level::Error,
            (Gravity::Ignored, Semantics::Vsr2026_08) | (Gravity::Doubtful, _) => Level::Warning,
        }
    }
}
