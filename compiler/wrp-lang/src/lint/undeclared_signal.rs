#![doc = include_str!("undeclared_signal.md")]

use wrp_graph::schema::{Span, near};
use wrp_graph::signal::{self, complexity};

use super::names::Names;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::{Leaf, Recipe};
use crate::resolve::findings::Findings;
use crate::syntax::escape::{encode, written};

pub static UNDECLARED_SIGNAL: Lint = Lint {
    code: "WRP0211",
    name: "undeclared-signal",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("undeclared_signal.md"),
};

/// `misdeclared` are the kind and name of SIGNAL blocks that could not be understood.
pub(crate) fn check(recipe: &Recipe, misdeclared: &[(String, String)], findings: &mut Findings) {
    let names = Names::of(recipe);
    for (writer, leaf) in recipe.tests_written().filter(|(_, leaf)| !names.knows(&leaf.kind, &leaf.name)) {
        let understood = !misdeclared.iter().any(|(kind, name)| *kind == leaf.kind && *name == leaf.name);
        if understood && !said_elsewhere(leaf, &names) {
            let place = Place { whole: leaf.span, kind: Some(kind_of(leaf)), name: leaf.name_span };
            findings.push_never_true(undeclared(&leaf.kind, &leaf.name, place, &names), writer);
        }
    }
    for it in recipe.signals.iter().filter(|it| it.kind.name == "complexity") {
        let Some(composer) = complexity::composer(&it.fields) else { continue };
        composer.visit(&mut |kind, name| {
            if !matches!(kind, "projection" | "authz") && !names.knows(kind, &name.it) {
                let place = Place { whole: name.span, kind: None, name: name.span };
                findings.push_ignored(undeclared(kind, &name.it, place, &names));
            }
        });
    }
}

/// Tests whose signal exists under another name have lints of their own.
fn said_elsewhere(leaf: &Leaf, names: &Names<'_>) -> bool {
    match leaf.kind.as_str() {
        "complexity" => {
            names.declares("complexity", leaf.name.rsplit_once(':').map_or(&leaf.name, |it| it.0))
        }
        kind => names.declares(kind, &leaf.name),
    }
}

/// Where a test stands, and its parts.
struct Place {
    whole: Span,
    /// Unknown in a composer.
    kind: Option<Span>,
    name: Span,
}

/// A test begins with its kind.
fn kind_of(leaf: &Leaf) -> Span {
    Span { end: leaf.span.start + leaf.kind.len() as u32, ..leaf.span }
}

fn undeclared(kind: &str, name: &str, place: Place, names: &Names<'_>) -> Diagnostic {
    let span = place.whole;
    if kind != "projection" && signal::find(kind).is_none() {
        let found = Diagnostic::new(&UNDECLARED_SIGNAL, span, format!("there is no signal type `{kind}`"));
        let kinds = signal::KINDS.iter().map(|kind| kind.name).chain(["projection"]);
        return match near(kind, kinds) {
            Some(near) => found
                .help(format!("write `{}`", near.word))
                .fix(place.kind.map(|span| Fix::spell(span, near, near.word))),
            None => found.label("never true"),
        };
    }
    let what = match kind {
        "projection" => format!("no mapping has an output `{name}`"),
        "authz" => format!("no authz signal gives the role `{name}`"),
        kind => format!("no {kind} signal `{name}` is declared here"),
    };
    let found = Diagnostic::new(&UNDECLARED_SIGNAL, span, what).label("never true");
    match (near(name, names.under(kind)), kind) {
        // A complexity signal is named with its level, which is not at hand here.
        (Some(near), _) => found
            .help(format!("write `{kind}(\"{}\")`", near.word))
            .fix((kind != "complexity").then(|| Fix::spell(place.name, near, encode(near.word)))),
        (None, "projection") => found.help("name an output of a PROJECTION mapping of this scope"),
        (None, "authz") => found.help("name a role of an authz signal of this scope"),
        (None, kind) => {
            found.help(format!("declare `SIGNAL {kind} {} {{ … }}` in this scope", written(name)))
        }
    }
}
