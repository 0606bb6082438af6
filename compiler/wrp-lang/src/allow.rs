//! `# allow(shadowed-route, reason = "…")`: findings that somebody has looked at and wants to live with.
//!
//! A directive on a line of its own is about the construct that begins on the next line, one behind a construct about
//! the construct on that line. It covers all that lies in it. Errors stay errors, unless they are conflicts, which a
//! person may judge otherwise; an unreadable text and a missing name are not a matter of judgement.

mod constructs;
mod directive;
#[cfg(test)]
mod tests;

use wrp_graph::schema::{Span, Spanned};

use crate::diagnostic::{Diagnostic, Level};
use crate::lint;
use crate::source::Source;
use crate::syntax::ast::Ast;

/// The directives of one file.
#[derive(Debug, Default)]
pub(crate) struct Allows(Vec<Allow>);

#[derive(Debug)]
struct Allow {
    /// The whole comment.
    span: Span,
    names: Vec<Spanned<String>>,
    /// Why its findings are lived with; without a reason it has no effect.
    has_reason: bool,
    /// Whether it could be read.
    understood: bool,
    /// What it is about, where there is anything.
    covered: Option<Span>,
}

impl Allows {
    /// Places are as in the source.
    pub(crate) fn read(source: &Source, ast: &Ast) -> Allows {
        let written =
            ast.comments.iter().filter_map(|comment| directive::read(source.slice(*comment), comment.start));
        let mut allows: Vec<Allow> = written.collect();
        if !allows.is_empty() {
            let constructs = constructs::all(ast);
            for allow in &mut allows {
                allow.covered = constructs::covered(&constructs, allow.span, source);
            }
        }
        Allows(allows)
    }
}

/// Takes out what is allowed, and says which directives make no sense. Answers how many findings were silenced.
///
/// Where not everything was looked at (`complete` is false), what silences nothing may yet do so.
pub(crate) fn apply(allows: &[Allows], complete: bool, diagnostics: &mut Vec<(usize, Diagnostic)>) -> usize {
    let before = diagnostics.len();
    let mut used: Vec<Vec<Vec<bool>>> = allows
        .iter()
        .map(|file| file.0.iter().map(|allow| vec![false; allow.names.len()]).collect())
        .collect();
    diagnostics.retain(|(source, diagnostic)| {
        let (Some(file), Some(used)) = (allows.get(*source), used.get_mut(*source)) else { return true };
        let mut silenced = false;
        for (allow, used) in file.0.iter().zip(used) {
            for (name, used) in allow.names.iter().zip(used) {
                if allow.silences(name, diagnostic) {
                    (silenced, *used) = (true, true);
                }
            }
        }
        !silenced
    });
    let silenced = before - diagnostics.len();
    for (source, (file, used)) in allows.iter().zip(&used).enumerate() {
        for (allow, used) in file.0.iter().zip(used) {
            allow.check(used, complete, &mut |found| diagnostics.push((source, found)));
        }
    }
    silenced
}

impl Allow {
    fn silences(&self, name: &Spanned<String>, diagnostic: &Diagnostic) -> bool {
        let covers = |span: Span| span.start <= diagnostic.span.start && diagnostic.span.end <= span.end;
        self.has_reason
            && self.understood
            && diagnostic.lint.name == name.it
            && (diagnostic.level < Level::Error || diagnostic.lint.is_judged())
            && self.covered.is_some_and(covers)
    }

    fn check(&self, used: &[bool], complete: bool, push: &mut dyn FnMut(Diagnostic)) {
        if !self.understood {
            return push(lint::idle_allow::unreadable(self.span));
        }
        let mut all_known = true;
        for name in &self.names {
            if lint::LINTS.iter().all(|lint| lint.name != name.it) {
                all_known = false;
                push(lint::unknown_lint::diagnostic(name));
            }
        }
        if !self.has_reason {
            return push(lint::idle_allow::without_reason(self.span));
        }
        if !all_known || !complete {
            return;
        }
        for (name, _) in self.names.iter().zip(used).filter(|(_, used)| !**used) {
            let alone = (self.names.len() == 1).then_some(self.span);
            push(lint::idle_allow::silences_nothing(name, alone));
        }
    }
}
