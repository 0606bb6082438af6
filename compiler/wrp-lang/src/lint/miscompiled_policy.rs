#![doc = include_str!("miscompiled_policy.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::validate::Mismatch;

pub static MISCOMPILED_POLICY: Lint = Lint {
    code: "WRP0901",
    name: "miscompiled-policy",
    level: Level::Error,
    verdict: Verdict::MayMiss,
    page: include_str!("miscompiled_policy.md"),
};

pub(crate) fn mismatch(mismatch: &Mismatch) -> Diagnostic {
    let route =
        |name: &Option<String>| name.as_ref().map_or("no route".to_owned(), |name| format!("`{name}`"));
    let message = format!(
        "recipe `{}` was compiled wrongly: {} would be taken by {}, and the policy means {}",
        mismatch.recipe,
        "the witness",
        route(&mismatch.decided),
        route(&mismatch.meant),
    );
    let mut found = Diagnostic::new(&MISCOMPILED_POLICY, Span::default(), message)
        .help("report this as a fault of the compiler, with the policy");
    found.witness = Some(mismatch.request.clone());
    found
}
