//! Making fixes: in a text, and in a policy until none that is safe is left.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile;
use crate::diagnostic::{Diagnostic, Edit, Fix, Level};
use crate::source::Source;

/// How often the whole is compiled anew; a fix may bring another to light, but not for ever.
const MOST_ROUNDS: usize = 64;

/// What became of the texts of one policy.
#[derive(Debug)]
pub struct Fixed {
    pub sources: Vec<Source>,
    pub diagnostics: Vec<(usize, Diagnostic)>,
    /// How many fixes were made.
    pub made: usize,
    /// How many were safe by themselves but would have brought errors here.
    pub refused: usize,
}

/// The text with one fix made; `None` where an edit does not lie in it.
pub fn apply(text: &str, fix: &Fix) -> Option<String> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    replace(text, &edits)
}

/// Makes every safe fix that is wanted, again and again until none is left. What would bring an error is not made.
pub fn apply_safe(sources: &[Source], wanted: &dyn Fn(usize, &Diagnostic) -> bool) -> Fixed {
    let diagnostics = compile(sources).diagnostics;
    let mut state = Fixed { sources: sources.to_vec(), diagnostics, made: 0, refused: 0 };
    let mut refused: BTreeSet<(usize, String, String)> = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let candidates: Vec<Candidate<'_>> = state
            .diagnostics
            .iter()
            .filter(|(source, diagnostic)| wanted(*source, diagnostic))
            .filter_map(|(source, diagnostic)| {
                let fix = diagnostic.fixes.iter().find(|fix| fix.safe)?;
                Some(Candidate { source: *source, message: &diagnostic.message, fix })
            })
            .filter(|candidate| !refused.contains(&candidate.key()))
            .collect();
        // All at once is the common case; where that goes wrong, the first of them alone tells whose fault it is.
        let all = without_overlaps(&candidates);
        let Some(first) = all.first() else { break };
        match attempt(&state, &all).or_else(|| attempt(&state, &all[..1])) {
            Some(better) => state = better,
            None => {
                refused.insert(first.key());
            }
        }
    }
    Fixed { refused: refused.len(), ..state }
}

/// A fix that could be made, and what it is for.
#[derive(Clone, Copy)]
struct Candidate<'d> {
    source: usize,
    message: &'d str,
    fix: &'d Fix,
}

impl Candidate<'_> {
    /// What it is recognised by in the next round, when places have moved.
    fn key(&self) -> (usize, String, String) {
        (self.source, self.message.to_owned(), self.fix.title.clone())
    }

    fn touches(&self, other: &Candidate<'_>) -> bool {
        let touch =
            |one: &Edit, other: &Edit| one.span.start <= other.span.end && other.span.start <= one.span.end;
        self.source == other.source
            && self.fix.edits.iter().any(|one| other.fix.edits.iter().any(|other| touch(one, other)))
    }
}

/// The texts with these fixes made, unless that brings an error.
fn attempt(before: &Fixed, candidates: &[Candidate<'_>]) -> Option<Fixed> {
    let mut sources = before.sources.clone();
    for (index, source) in sources.iter_mut().enumerate() {
        let mine = candidates.iter().filter(|candidate| candidate.source == index);
        let mut edits: Vec<&Edit> = mine.flat_map(|candidate| &candidate.fix.edits).collect();
        edits.sort_by_key(|edit| edit.span);
        *source = Source::new(source.name.clone(), replace(&source.text, &edits)?);
    }
    let diagnostics = compile(&sources).diagnostics;
    let after = Fixed { sources, diagnostics, made: before.made + candidates.len(), refused: 0 };
    (!has_new_errors(&before.diagnostics, &after.diagnostics)).then_some(after)
}

/// In the order given, each unless it touches an earlier one.
fn without_overlaps<'d>(candidates: &[Candidate<'d>]) -> Vec<Candidate<'d>> {
    let mut kept: Vec<Candidate<'d>> = Vec::new();
    for candidate in candidates {
        if !kept.iter().any(|other| candidate.touches(other)) {
            kept.push(*candidate);
        }
    }
    kept
}

/// Whether there is an error that was not there before, wherever it stands.
pub fn has_new_errors(before: &[(usize, Diagnostic)], after: &[(usize, Diagnostic)]) -> bool {
    let count = |found: &[(usize, Diagnostic)]| {
        let mut counted: BTreeMap<(usize, &'static str, String), usize> = BTreeMap::new();
        for (source, it) in found.iter().filter(|(_, it)| it.level == Level::Error) {
            *counted.entry((*source, it.lint.code, it.message.clone())).or_default() += 1;
        }
        counted
    };
    let known = count(before);
    count(after).iter().any(|(error, times)| *times > known.get(error).copied().unwrap_or_default())
}

/// The text with these edits made, which stand in order.
fn replace(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start as usize)?);
        result.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    result.push_str(text.get(at..)?);
    Some(result)
}

#[cfg(test)]
mod tests;
