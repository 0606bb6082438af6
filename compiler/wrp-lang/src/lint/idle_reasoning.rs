#![doc = include_str!("idle_reasoning.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static IDLE_REASONING: Lint = Lint {
    code: "WRP0247",
    name: "idle-reasoning",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("idle_reasoning.md"),
};

/// Words in `capabilities` for it.
const WORDS: [&str; 3] = ["reasoning", "reason", "thinking"];

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    for route in policy.recipes.iter().flat_map(|recipe| &recipe.routes) {
        for reference in route.models.iter().filter(|it| it.reasoning == Some(true)) {
            let declared =
                policy.models.iter().find(|model| model.declared && model.name.it == reference.name.it);
            let Some(model) = declared.filter(|model| !model.fields.has("reasoning_family")) else {
                continue;
            };
            let said = model.fields.texts("capabilities");
            if said.is_empty() || said.iter().any(|it| WORDS.contains(&it.it.to_lowercase().as_str())) {
                continue;
            }
            let message = format!("`{}` is asked to reason, and does not say that it can", model.name.it);
            let found = Diagnostic::new(&IDLE_REASONING, reference.name.span, message)
                .related(model.name.span, "its capabilities are declared here");
            findings.push(found.help(
                "name its `reasoning_family`, add `\"reasoning\"` to its `capabilities`, or ask another model",
            ));
        }
    }
}
