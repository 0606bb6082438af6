//! Patterns that only spell out a few strings: `\bcredentials?\b` is two literals and needs no automaton of its own.

use regex_syntax::hir::{self, Hir, HirKind, Look};

use super::go_regex;
use super::literals::{Case, Edge};

/// Patterns with more strings than this stay patterns.
const MOST: usize = 48;

/// One string of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelled {
    pub text: String,
    pub start: Edge,
    pub end: Edge,
}

/// The strings of a pattern that only spells out a few, and whether their case is ignored.
pub fn spelled(pattern: &str, ignore_case: bool) -> Option<(Vec<Spelled>, bool)> {
    let (strings, case) = literals(pattern, ignore_case)?;
    Some((strings, case == Case::Fold))
}

/// All strings that the pattern matches, if they are few and none is empty.
pub(super) fn literals(pattern: &str, ignore_case: bool) -> Option<(Vec<Spelled>, Case)> {
    // Folding is left to the automaton, so the tree must not have it spelled out: case must be one for the
    // whole pattern.
    let pattern = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, ignore_case),
    };
    let (pattern, ignore_case) = pattern;
    if go_regex::sets_flags(pattern) {
        return None;
    }
    let hir = go_regex::parse(pattern, false).ok()?;
    let mut spelled = branches(&hir)?;
    if ignore_case {
        spelled.iter_mut().for_each(|it| it.text.make_ascii_lowercase());
    }
    spelled.sort_unstable();
    spelled.dedup();
    let few = spelled.len() <= MOST && spelled.iter().all(|it| !it.text.is_empty());
    few.then_some((spelled, if ignore_case { Case::Fold } else { Case::Exact }))
}

/// The alternatives, each with its own edges.
fn branches(hir: &Hir) -> Option<Vec<Spelled>> {
    match hir.kind() {
        HirKind::Alternation(alternatives) => {
            let mut all = Vec::new();
            for alternative in alternatives {
                all.extend(branches(alternative)?);
                if all.len() > 4 * MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Capture(capture) => branches(&capture.sub),
        HirKind::Concat(parts) => {
            let is_edge = |part: &&Hir| matches!(part.kind(), HirKind::Look(Look::WordAscii));
            let start = parts.first().filter(is_edge).is_some();
            let end = parts.len() > 1 && parts.last().filter(is_edge).is_some();
            let inner = parts.get(usize::from(start)..parts.len() - usize::from(end))?;
            let edge = |is: bool| if is { Edge::AsciiWord } else { Edge::Any };
            let texts = concat(inner)?;
            Some(texts.into_iter().map(|text| Spelled { text, start: edge(start), end: edge(end) }).collect())
        }
        _ => {
            let texts = strings(hir)?;
            Some(texts.into_iter().map(|text| Spelled { text, start: Edge::Any, end: Edge::Any }).collect())
        }
    }
}

fn strings(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![std::str::from_utf8(&literal.0).ok()?.to_owned()]),
        HirKind::Class(hir::Class::Unicode(class)) => {
            let size: usize = class.ranges().iter().map(hir::ClassUnicodeRange::len).sum();
            let all = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            (size <= MOST).then(|| all.map(String::from).collect())
        }
        HirKind::Class(hir::Class::Bytes(class)) => {
            let size: usize = class.ranges().iter().map(hir::ClassBytesRange::len).sum();
            let all = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            let ascii = class.is_ascii() && size <= MOST;
            ascii.then(|| all.map(|byte| char::from(byte).to_string()).collect())
        }
        HirKind::Look(_) => None,
        HirKind::Repetition(repetition) => {
            let (min, max) = (repetition.min, repetition.max?);
            if max as usize > MOST {
                return None;
            }
            let once = strings(&repetition.sub)?;
            let mut all = Vec::new();
            let mut times = vec![String::new()];
            for count in 0..=max {
                if count >= min {
                    all.extend(times.iter().cloned());
                }
                if count < max {
                    times = product(&times, &once)?;
                }
                if all.len() > 4 * MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Capture(capture) => strings(&capture.sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(strings(part)?);
                if all.len() > 4 * MOST {
                    return None;
                }
            }
            Some(all)
        }
    }
}

fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    parts.iter().try_fold(vec![String::new()], |so_far, part| product(&so_far, &strings(part)?))
}

fn product(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len().checked_mul(right.len())? > 4 * MOST {
        return None;
    }
    Some(left.iter().flat_map(|a| right.iter().map(move |b| format!("{a}{b}"))).collect())
}
