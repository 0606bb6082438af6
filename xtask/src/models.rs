//! The models that tests and the quick start ask: fetched once into the user's cache.

use anyhow::Context;

use crate::shell;

/// Set for those who cannot fetch models; the tests that need them then say that they were skipped.
pub(crate) const SKIP: &str = "WRP_SKIP_MODELS";

pub(crate) fn ensure() -> anyhow::Result<()> {
    if std::env::var_os(SKIP).is_some_and(|value| value != "0" && !value.is_empty()) {
        eprintln!("{SKIP} is set: nothing is fetched, and what needs models is skipped");
        return Ok(());
    }
    shell::run(&mut shell::cargo(["run", "--quiet", "-p", "wrp-host", "--", "models", "pull"]))
        .with_context(|| format!("cannot fetch models; {SKIP}=1 goes on without the tests that need them"))
}
