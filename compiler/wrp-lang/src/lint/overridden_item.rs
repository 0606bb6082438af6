#![doc = include_str!("overridden_item.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::resolve::findings::Findings;
use crate::syntax::ast::{AssertItem, AssertItemKind, RouteItem, RouteItemKind};

pub static OVERRIDDEN_ITEM: Lint = Lint {
    code: "WRP0241",
    name: "overridden-item",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("overridden_item.md"),
};

pub(crate) fn check(items: &[RouteItem], findings: &mut Findings) {
    let words: Vec<_> = items.iter().map(|item| (single(&item.kind), item.span)).collect();
    for found in overridden(&words) {
        findings.push_ignored(found);
    }
}

/// An assertion that says less than it seems to is an error.
pub(crate) fn check_assert(items: &[AssertItem], findings: &mut Findings) {
    let word = |kind: &AssertItemKind| match kind {
        AssertItemKind::Description(_) => Some("DESCRIPTION"),
        AssertItemKind::When(_) => Some("WHEN"),
        AssertItemKind::Require(_) => None,
    };
    let words: Vec<_> = items.iter().map(|item| (word(&item.kind), item.span)).collect();
    for found in overridden(&words) {
        findings.push(found.level(Level::Error));
    }
}

/// Of items that count once, those behind which another of the same word stands.
fn overridden(items: &[(Option<&'static str>, Span)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, (word, span)) in items.iter().enumerate() {
        let Some(word) = word else { continue };
        if let Some((_, later)) = items[at + 1..].iter().find(|(later, _)| *later == Some(word)) {
            let message = format!("a later {word} overrides this one");
            let diagnostic = Diagnostic::new(&OVERRIDDEN_ITEM, *span, message);
            found.push(
                diagnostic
                    .help("remove the one that is not meant")
                    .related(*later, "this one counts")
                    .fix(Fix::remove(*span, "remove the one that does not count")),
            );
        }
    }
    found
}

/// The word of an item that counts once.
fn single(kind: &RouteItemKind) -> Option<&'static str> {
    match kind {
        RouteItemKind::Name(_) => Some("NAME"),
        RouteItemKind::Description(_) => Some("DESCRIPTION"),
        RouteItemKind::Priority(_) => Some("PRIORITY"),
        RouteItemKind::Tier(_) => Some("TIER"),
        RouteItemKind::When(_) => Some("WHEN"),
        RouteItemKind::Algorithm { .. } => Some("ALGORITHM"),
        RouteItemKind::OnUnknown(_) => Some("ON_UNKNOWN"),
        RouteItemKind::Models(_)
        | RouteItemKind::Plugin { .. }
        | RouteItemKind::For(_)
        | RouteItemKind::Emit { .. } => None,
    }
}
