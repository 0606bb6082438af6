//! `SIGNAL kind name { fields }`

use wrp_graph::schema::{Gravity, Problem, Spanned, Trouble, check};
use wrp_graph::signal::{Declaration, Kind, find};

use super::findings::Findings;
use crate::lint;
use crate::policy::Signal;
use crate::syntax::ast::{self, Block, BlockKind};

/// A scope's signals.
pub(super) struct Signals {
    pub(super) known: Vec<Signal>,
    /// Kind and name of those whose kind does not exist.
    pub(super) unknown: Vec<(String, String)>,
}

/// The families whose declarations the reference decodes strictly: a value of the wrong type is a compile error there.
const DECODED: [&str; 4] = ["structure", "conversation", "metadata", "classifier"];

pub(super) fn resolve(blocks: &[&Block], findings: &mut Findings) -> Signals {
    let mut signals = Signals { known: Vec::new(), unknown: Vec::new() };
    for block in blocks {
        let BlockKind::Signal(written) = &block.kind else { continue };
        match find(&written.kind.it) {
            Some(kind) => {
                let name = Spanned { it: written.name.text.clone(), span: written.name.span };
                check_declaration(kind, written, &name, findings);
                signals.known.push(Signal { kind, name, fields: written.fields.clone(), span: block.span });
            }
            None => {
                findings.push(lint::unknown_signal_type::diagnostic(&written.kind));
                signals.unknown.push((written.kind.it.to_lowercase(), written.name.text.clone()));
            }
        }
    }
    signals
}

fn check_declaration(
    kind: &'static Kind,
    written: &ast::Signal,
    name: &Spanned<String>,
    findings: &mut Findings,
) {
    let mut problems: Vec<Problem> = Vec::new();
    check(&written.fields, kind.fields, name, &mut problems);
    if DECODED.contains(&kind.name) {
        for problem in problems.iter_mut().filter(|problem| problem.trouble == Trouble::WrongType) {
            problem.gravity = Gravity::Refused;
        }
    }
    (kind.check)(&Declaration { name, fields: &written.fields }, &mut problems);
    findings.push_problems(problems);
    if !kind.names.is_empty() && !kind.names.contains(&name.it.as_str()) {
        findings.push(lint::unknown_name::diagnostic(kind, name));
    }
}
