//! From a fresh checkout to a gateway that routes: everything is built first, nothing has to be known.

use std::path::Path;
use std::process::Command;

use crate::{Chore, envoy, models, project, shell, wasm};

pub(crate) const CHORE: Chore = Chore {
    name: "up",
    arguments: "[POLICY] [--envoy] [--once]",
    summary: "build everything and serve a policy; other flags go to `wrpc up`",
    run,
};

/// What is served when no policy is named: with models to ask, and without.
const GUARDED: &str = "policies/guarded.wrp";
const QUICK_START: &str = "policies/quick-start.wrp";

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let filter = wasm::build()?;
    let programs = shell::programs()?;
    let asked = models::ensure(&programs)?;
    let mut up = Command::new(programs.join("wrpc"));
    up.arg("up").current_dir(project::root());
    if !arguments.iter().any(|argument| is_policy(argument)) {
        up.arg(if asked { GUARDED } else { QUICK_START });
    }
    up.args(arguments).env("WRP_FILTER_WASM", filter);
    if arguments.iter().any(|argument| argument == "--envoy") {
        up.env("WRP_ENVOY", envoy::ensure()?);
    }
    shell::run(&mut up)
}

fn is_policy(argument: &str) -> bool {
    let path = Path::new(argument);
    path.extension().is_some_and(|ending| ending == "wrp" || ending == "dsl")
        || (!argument.starts_with('-') && project::root().join(path).is_dir())
}

#[cfg(test)]
mod tests {
    use super::is_policy;

    #[test]
    fn only_policies_replace_the_quick_start() {
        for (argument, expected) in [
            ("mine.wrp", true),
            ("theirs.dsl", true),
            ("tests", true),
            ("--once", false),
            ("--listen", false),
            ("127.0.0.1:0", false),
        ] {
            assert_eq!(is_policy(argument), expected, "{argument}");
        }
    }
}
