#![doc = include_str!("invalid_mapping.md")]

use wrp_graph::schema::{Fields, Span, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::resolve::findings::Findings;

pub static INVALID_MAPPING: Lint = Lint {
    code: "WRP0230",
    name: "invalid-mapping",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("invalid_mapping.md"),
};

pub(crate) fn check(fields: &Fields, name: &Spanned<String>, findings: &mut Findings) {
    let outputs = fields.list("outputs").unwrap_or_default();
    let multi_emit = fields.text("method") == Some("multi_emit");
    if multi_emit && outputs.len() < 2 {
        let message = format!("mapping `{}` emits all bands that hold and has fewer than two", name.it);
        let found = Diagnostic::new(&INVALID_MAPPING, name.span, message);
        findings.push_ignored(found.help("add outputs, or use `threshold_bands`"));
    } else if outputs.is_empty() && fields.has("outputs") {
        let message = format!("mapping `{}` has no bands", name.it);
        findings.push_ignored(Diagnostic::new(&INVALID_MAPPING, name.span, message).help("add outputs"));
    }
    for output in outputs {
        if let Some(band) = output.it.as_object() {
            check_band(band, output.span, findings);
        }
    }
}

fn check_band(band: &Fields, span: Span, findings: &mut Findings) {
    let invalid = |message: String| Diagnostic::new(&INVALID_MAPPING, span, message);
    let name = band.text("name").unwrap_or("?");
    let [gt, gte, lt, lte] = ["gt", "gte", "lt", "lte"].map(|bound| band.number(bound));
    if [gt, gte, lt, lte].iter().all(Option::is_none) {
        findings.push_ignored(invalid(format!("band `{name}` has no bounds")).help("add `gte` or `lt`"));
    }
    for (one, other, both) in
        [("gt", "gte", gt.is_some() && gte.is_some()), ("lt", "lte", lt.is_some() && lte.is_some())]
    {
        if both {
            let found = invalid(format!("band `{name}` has both `{one}` and `{other}`"));
            findings.push_ignored(found.help(format!("keep `{one}` or `{other}`")));
        }
    }
    let lower = [gt, gte].into_iter().flatten().reduce(f64::max);
    let upper = [lt, lte].into_iter().flatten().reduce(f64::min);
    if let (Some(lower), Some(upper)) = (lower, upper)
        && (lower > upper || (lower == upper && (gt.is_some() || lt.is_some())))
    {
        let found = invalid(format!("band `{name}` is empty: nothing lies between {lower} and {upper}"));
        findings.push_ignored(found.help("swap the bounds, or correct one"));
    }
}
