#![doc = include_str!("overridden_item.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::resolve::findings::Findings;
use crate::syntax::ast::{RouteItem, RouteItemKind};

pub static OVERRIDDEN_ITEM: Lint = Lint {
    code: "WRP0241",
    name: "overridden-item",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("overridden_item.md"),
};

pub(crate) fn check(items: &[RouteItem], findings: &mut Findings) {
    for (at, item) in items.iter().enumerate() {
        let Some(word) = single(&item.kind) else { continue };
        if let Some(later) = items[at + 1..].iter().find(|later| single(&later.kind) == Some(word)) {
            let found =
                Diagnostic::new(&OVERRIDDEN_ITEM, item.span, format!("a later {word} overrides this one"));
            findings.push_ignored(
                found
                    .help("remove the one that is not meant")
                    .related(later.span, "this one counts")
                    .fix(Fix::remove(item.span, "remove the one that does not count")),
            );
        }
    }
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
