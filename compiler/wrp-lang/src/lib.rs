//! The policy language as a library: text in, data out; no files, no clock, no network.
//!
//! [`compile`] is the one door. The stages behind it, in order: [`syntax`] reads text into a tree and never fails;
//! [`policy`] resolves the tree into what it means; [`lint`] names everything a diagnostic can say; [`lower`] compiles
//! a policy to a graph; [`oracle`] is the same meaning said as plainly as possible, for tests. [`mod@format`] prints a tree
//! back, [`explain`] finds the page about a name, [`govern`] is what our own blocks say of pools, roles and budgets, and
//! [`cost`] what routes can come to. [`fix`] makes what diagnostics propose, and [`navigate`] says what stands where, for
//! editors. [`prove`] is what can be said of all requests at once, [`text`] what signals
//! over the same text say about each other, [`mod@diff`] what two versions of a policy do not do alike, and
//! [`mod@measure`] what only a corpus of requests can show.

pub mod algorithm;
mod allow;
pub mod cost;
pub mod diagnostic;
pub mod diff;
pub mod explain;
pub mod fix;
pub mod format;
pub mod govern;
pub mod lint;
pub mod lower;
pub mod measure;
pub mod navigate;
pub mod oracle;
pub mod policy;
pub mod prove;
mod resolve;
pub mod source;
pub mod syntax;
pub mod text;
pub mod validate;

use wrp_graph::graph::Graph;
use wrp_graph::schema::Span;

use allow::Allows;
use diagnostic::{Diagnostic, Fix, Level};
use policy::Policy;
use resolve::findings::Findings;
use source::{Files, Source};

/// What became of the files of one policy.
#[derive(Debug)]
pub struct Compiled {
    /// As far as it was understood. Its places are in the common space of [`Compiled::files`].
    pub policy: Policy,
    pub files: Files,
    /// Each with the index of its source, and places as in that source; in source order.
    pub diagnostics: Vec<(usize, Diagnostic)>,
    /// How many findings comments in the policy allow.
    pub silenced: usize,
    /// Absent when there is any error.
    pub graph: Option<Graph>,
}

/// Compiles the files of one policy together.
pub fn compile(sources: &[Source]) -> Compiled {
    compile_with(sources, lower::Options::default())
}

/// Compiles for a purpose: see [`lower::Options`].
pub fn compile_with(sources: &[Source], options: lower::Options) -> Compiled {
    let files = Files::new(sources);
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    let mut allows = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let mut found = Vec::new();
        let tree = syntax::parse(source, &mut found);
        allows.push(Allows::read(source, &tree));
        trees.push(tree.shifted(files.start(at)));
        diagnostics.extend(found.into_iter().map(|diagnostic| (at, diagnostic)));
    }
    let mut found = Vec::new();
    let policy = policy::resolve(&trees, &mut found);
    diagnostics.extend(found.into_iter().map(|diagnostic| at_home(diagnostic, &files)));
    // What could not be read proves nothing about the rest.
    let complete = !trees.iter().any(|tree| tree.damaged)
        && !diagnostics.iter().any(|(_, diagnostic)| diagnostic.level == Level::Error);
    if complete && !options.unproved {
        let mut findings = Findings::new(policy.semantics);
        lint::prove(&policy, &mut findings);
        let found = findings.in_source_order().into_iter();
        diagnostics.extend(found.map(|diagnostic| at_home(diagnostic, &files)));
    }
    let silenced = allow::apply(&allows, complete && !options.unproved, &mut diagnostics);
    let mut graph = None;
    if !diagnostics.iter().any(|(_, diagnostic)| diagnostic.level == Level::Error) {
        match lower::lower(&policy, options) {
            Ok(mut lowered) => match validate::validate(&policy, &lowered) {
                Ok(checked) => {
                    lowered.checked = checked;
                    let over = lint::over_budget::check(&policy, &lowered);
                    graph = over.is_empty().then_some(lowered);
                    diagnostics.extend(over.into_iter().map(|diagnostic| at_home(diagnostic, &files)));
                }
                Err(mismatch) => diagnostics.push((0, lint::miscompiled_policy::mismatch(&mismatch))),
            },
            Err(too_large) => {
                let found = Diagnostic::new(&lint::TOO_MANY, Span::default(), too_large.to_string());
                diagnostics.push((0, found.help("split the policy into recipes")));
            }
        }
    }
    for (source, diagnostic) in &mut diagnostics {
        let fixes = std::mem::take(&mut diagnostic.fixes).into_iter();
        diagnostic.fixes = fixes.map(|fix| fix.settled(&sources[*source].text)).collect();
    }
    diagnostics.sort_by_key(|(source, it)| (*source, it.span.start, it.span.end, it.lint.code));
    Compiled { policy, files, diagnostics, silenced, graph }
}

/// Measures the default recipe of a policy without errors on a corpus; findings as in [`Compiled::diagnostics`].
pub fn measure(
    compiled: &Compiled,
    corpus: &[measure::Recorded],
    options: &measure::Options,
) -> (measure::Measured, Vec<(usize, Diagnostic)>) {
    let measured = measure::measure(&compiled.policy, 0, corpus, options);
    let found = lint::measured(&compiled.policy.recipes[0], &measured).into_iter();
    let found = found.map(|diagnostic| at_home(diagnostic, &compiled.files)).collect();
    (measured, found)
}

impl Compiled {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|(_, diagnostic)| diagnostic.level == Level::Error)
    }
}

/// A diagnostic with its places as in the files they are in.
fn at_home(diagnostic: Diagnostic, files: &Files) -> (usize, Diagnostic) {
    let (source, span) = files.locate(diagnostic.span);
    let related = diagnostic.related.into_iter().map(|it| {
        let (other, span) = files.locate(it.span);
        diagnostic::Related { source: (other != source).then_some(other), span, ..it }
    });
    let related = related.collect();
    let fixes = diagnostic.fixes.into_iter().filter_map(|fix| at_home_in(source, fix, files)).collect();
    (source, Diagnostic { span, related, fixes, ..diagnostic })
}

/// A fix with its places as in the file of its finding; none where it would change another.
fn at_home_in(source: usize, mut fix: Fix, files: &Files) -> Option<Fix> {
    for edit in &mut fix.edits {
        let (file, span) = files.locate(edit.span);
        edit.span = span;
        if file != source {
            return None;
        }
    }
    Some(fix)
}
