#![doc = include_str!("unknown_tool.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::nearest;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNKNOWN_TOOL: Lint = Lint {
    code: "WRP0265",
    name: "unknown-tool",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("unknown_tool.md"),
};

/// Tools come with requests, so a name is suspicious only if it is nearly one that a route knows.
pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    let routes = policy.recipes.iter().flat_map(|recipe| &recipe.routes);
    let plugins = routes.flat_map(|route| &route.plugins).filter(|plugin| plugin.kind == "tools");
    let known: BTreeSet<String> = plugins
        .flat_map(|plugin| ["allow_tools", "block_tools"].map(|list| plugin.fields.texts(list)))
        .flatten()
        .map(|tool| tool.it)
        .collect();
    let named =
        policy.roles.iter().flat_map(|role| role.tools.allow.iter().flatten().chain(&role.tools.deny));
    for tool in named.filter(|tool| !known.contains(&tool.it)) {
        if let Some(near) = nearest(&tool.it, known.iter().map(String::as_str)) {
            let message = format!("no route knows a tool `{}`, but one knows `{near}`", tool.it);
            let found = Diagnostic::new(&UNKNOWN_TOOL, tool.span, message);
            findings.push(found.help(format!("write `\"{near}\"`, if that is meant")));
        }
    }
}
