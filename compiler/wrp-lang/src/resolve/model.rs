//! Models: those declared, those that routes name, and the catalogue of both.

use std::collections::BTreeMap;

use wrp_graph::schema::{Field, Fields, Shape, Spanned};

use super::findings::Findings;
use super::options;
use crate::lint;
use crate::policy::{Model, ModelRef};
use crate::syntax::ast::{self, Block, BlockKind};

pub(crate) const FIELDS: &[Field] = &[
    Field {
        name: "param_size",
        shape: Shape::Text,
        required: false,
        doc: "Its size, for the reader: `\"32B\"`.",
    },
    Field {
        name: "description",
        shape: Shape::Text,
        required: false,
        doc: "What it is good at; some selection algorithms compare the request with it.",
    },
    Field { name: "modality", shape: Shape::Text, required: false, doc: "`ar`, `diffusion` or `omni`." },
    Field {
        name: "context_window_size",
        shape: Shape::Int(0, i64::MAX),
        required: false,
        doc: "How many tokens fit into it, prompt and answer together.",
    },
    Field {
        name: "quality_score",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "How good its answers are, 0 to 1; for selection algorithms.",
    },
    Field {
        name: "capabilities",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "What it can do: `tools`, `vision`, `code`, …",
    },
    Field { name: "tags", shape: Shape::List(&Shape::Text), required: false, doc: "Free labels." },
    Field {
        name: "loras",
        shape: Shape::List(&Shape::Object(LORA)),
        required: false,
        doc: "The adapters it can be served with.",
    },
    Field {
        name: "provider_model_id",
        shape: Shape::Text,
        required: false,
        doc: "What the upstream calls it, when that is not the logical name.",
    },
    Field {
        name: "reasoning_family",
        shape: Shape::Word(REASONING_FAMILIES),
        required: false,
        doc: "How this model is told to reason.",
    },
];

/// The families that lowering knows a switch for.
pub(super) const REASONING_FAMILIES: &[&str] =
    &["qwen3", "qwen", "deepseek", "gpt-oss", "gpt_oss", "openai", "gpt", "anthropic", "claude", "glm"];

const LORA: &[Field] = &[
    Field { name: "name", shape: Shape::Text, required: true, doc: "The adapter's name." },
    Field { name: "description", shape: Shape::Text, required: false, doc: "What it is good at." },
];

pub(crate) const REFERENCE: &[Field] = &[
    Field { name: "reasoning", shape: Shape::Flag, required: false, doc: "Whether it should reason." },
    Field {
        name: "effort",
        shape: Shape::Text,
        required: false,
        doc: "How hard: `low`, `medium` or `high`.",
    },
    Field { name: "lora", shape: Shape::Text, required: false, doc: "The adapter to use." },
    Field { name: "param_size", shape: Shape::Text, required: false, doc: "Its size, for the reader." },
    Field {
        name: "weight",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "Its share among the route's models, for algorithms that weigh.",
    },
];

/// Every model of the policy by name, in the order first seen.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    models: Vec<Model>,
    by_name: BTreeMap<String, usize>,
}

impl Catalogue {
    /// The models that have a MODEL block; of two blocks for one name the last one counts.
    pub(super) fn declared(blocks: &[&Block], findings: &mut Findings) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for block in blocks {
            let BlockKind::Model(written) = &block.kind else { continue };
            let name = Spanned { it: written.name.text.clone(), span: written.name.span };
            findings.check_fields(&written.fields, FIELDS, &name);
            let model = Model { name, declared: true, fields: written.fields.clone() };
            match catalogue.by_name.get(&model.name.it) {
                Some(&at) => {
                    let first = catalogue.models[at].name.span;
                    findings.push_ignored(lint::duplicate_name::model(&model.name, first));
                    catalogue.models[at] = model;
                }
                None => catalogue.add(model),
            }
        }
        catalogue
    }

    pub(super) fn models(&self) -> &[Model] {
        &self.models
    }

    pub(super) fn into_models(self) -> Vec<Model> {
        self.models
    }

    /// A model where a route names it; one without a MODEL block joins the catalogue with nothing said about it.
    pub(super) fn reference(&mut self, written: &ast::ModelRef, findings: &mut Findings) -> ModelRef {
        let name = Spanned { it: written.name.text.clone(), span: written.name.span };
        self.mention(&name);
        let options = options::quoted_fields(&written.options, findings);
        findings.check_fields(&options, REFERENCE, &name);
        let text = |key| options.text(key).filter(|text| !text.is_empty()).map(str::to_owned);
        ModelRef {
            reasoning: options.flag("reasoning"),
            effort: text("effort"),
            lora: text("lora"),
            weight: options.number("weight"),
            name,
        }
    }

    /// Joins the catalogue, with nothing said about it, unless it is there.
    pub(super) fn mention(&mut self, name: &Spanned<String>) {
        if !self.by_name.contains_key(&name.it) {
            self.add(Model { name: name.clone(), declared: false, fields: Fields::default() });
        }
    }

    fn add(&mut self, model: Model) {
        self.by_name.insert(model.name.it.clone(), self.models.len());
        self.models.push(model);
    }
}
