//! The model catalogue.

use wrp_graph::graph::{self, ReasoningFamily};

use crate::policy::{Model, ModelRef, Policy};

pub(super) fn lower(model: &Model) -> graph::Model {
    graph::Model {
        name: model.name.it.clone(),
        provider_model_id: model.fields.text("provider_model_id").map(str::to_owned),
        reasoning: model.fields.text("reasoning_family").and_then(family),
    }
}

/// How a family of models is told to reason.
fn family(name: &str) -> Option<ReasoningFamily> {
    let flag = |parameter: &str| ReasoningFamily::ChatTemplateFlag { parameter: parameter.to_owned() };
    Some(match name.trim().to_lowercase().as_str() {
        "qwen3" | "qwen" => flag("enable_thinking"),
        "deepseek" => flag("thinking"),
        "gpt-oss" | "gpt_oss" => {
            ReasoningFamily::ChatTemplateEffort { parameter: "reasoning_effort".to_owned() }
        }
        "openai" | "gpt" => ReasoningFamily::TopLevelEffort,
        "anthropic" | "claude" | "glm" => ReasoningFamily::Thinking,
        _ => return None,
    })
}

pub(super) fn number(policy: &Policy, name: &str) -> Option<u16> {
    let at = policy.models.iter().position(|model| model.name.it == name)?;
    u16::try_from(at).ok()
}

pub(super) fn reference(policy: &Policy, reference: &ModelRef) -> Option<graph::ModelRef> {
    Some(graph::ModelRef {
        model: number(policy, &reference.name.it)?,
        reasoning: reference.reasoning,
        effort: reference.effort.clone(),
        lora: reference.lora.clone(),
        weight: reference.weight,
    })
}
