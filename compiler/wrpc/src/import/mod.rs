//! Turning a configuration of the reference system (`version: v0.3`, YAML) into a policy.
//!
//! This file knows where things lie; [`decision`] makes routes, [`rule`] conditions, and [`text`] writes the language. What a policy cannot
//! say (addresses, credentials, stores, prices) is never dropped in silence: it is listed.

mod decision;
mod rule;
mod text;

use serde_yaml::{Mapping, Value};
use wrp_graph::schema::{Field, Shape};

use text::{Writer, name, quoted, value};

/// A policy, and what of the configuration it does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub policy: String,
    /// Paths into the configuration, each with its reason.
    pub left: Vec<Left>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Left {
    pub path: String,
    pub reason: &'static str,
}

const NO_SUCH_FIELD: &str = "the language has no such field";
const DEPLOYMENT: &str = "belongs to the deployment, not to the policy";
const NO_SUCH_METHOD: &str = "the reference's own runtime refuses this method";
const NO_COUNTERPART: &str = "has no counterpart in a policy";

/// The lists under `signals`, and the family each declares.
pub(crate) const FAMILIES: [(&str, &str); 19] = [
    ("keywords", "keyword"),
    ("embeddings", "embedding"),
    ("domains", "domain"),
    ("fact_check", "fact_check"),
    ("user_feedbacks", "user_feedback"),
    ("reasks", "reask"),
    ("preferences", "preference"),
    ("language", "language"),
    ("context", "context"),
    ("structure", "structure"),
    ("conversation", "conversation"),
    ("complexity", "complexity"),
    ("modality", "modality"),
    ("role_bindings", "authz"),
    ("jailbreak", "jailbreak"),
    ("pii", "pii"),
    ("kb", "kb"),
    ("events", "event"),
    ("metadata", "metadata"),
];

/// Reads a configuration; only text that is no YAML mapping at all is refused.
pub fn import(yaml: &str) -> anyhow::Result<Imported> {
    // A file may hold several documents; the first is the configuration.
    let first = serde_yaml::Deserializer::from_str(yaml).next();
    let document = match first {
        Some(document) => <Value as serde::Deserialize>::deserialize(document)?,
        None => Value::Null,
    };
    let mut document = match document {
        Value::Mapping(document) => document,
        _ => anyhow::bail!("the configuration is not a mapping"),
    };
    // Chart values keep the configuration one level down.
    if let Some(Value::Mapping(inner)) = document.get("config")
        && inner.contains_key("routing")
    {
        document = inner.clone();
    }
    anyhow::ensure!(
        document.contains_key("routing") || document.contains_key("recipes"),
        "the configuration has neither `routing` nor `recipes`; only version v0.3 is read"
    );
    let mut importer = Importer::default();
    importer.document(&document);
    Ok(Imported { policy: importer.writer.finish(), left: importer.left })
}

#[derive(Debug, Default)]
struct Importer {
    writer: Writer,
    left: Vec<Left>,
}

impl Importer {
    fn document(&mut self, document: &Mapping) {
        let empty = Mapping::new();
        let routing = mapping(document, "routing").unwrap_or(&empty);
        let providers = mapping(document, "providers").unwrap_or(&empty);
        let global = mapping(document, "global").unwrap_or(&empty);
        self.routing_block(routing, providers, global);
        self.models(routing, providers);
        self.scope(routing, "routing");
        for recipe in maps(document, "recipes") {
            self.recipe(recipe);
        }
        for entrypoint in maps(document, "entrypoints") {
            let names = entrypoint.get("model_names").map(value).unwrap_or_default();
            let recipe = quoted(text_of(entrypoint, "recipe"));
            self.writer.block("ENTRYPOINT", &[format!("model_names: {names}"), format!("recipe: {recipe}")]);
        }
        let known = ["version", "routing", "providers", "recipes", "entrypoints", "global"];
        self.leave_others(document, "", &known, DEPLOYMENT);
        for key in global.keys().filter_map(Value::as_str) {
            self.leave(format!("global.{key}"), DEPLOYMENT);
        }
    }

    fn routing_block(&mut self, routing: &Mapping, providers: &Mapping, global: &Mapping) {
        let mut lines = vec![r#"semantics: "vsr-2026-08""#.to_owned()];
        if let Some(strategy) = routing.get("strategy").and_then(Value::as_str) {
            lines.push(format!("strategy: {}", quoted(strategy)));
        }
        let defaults = mapping(providers, "defaults");
        if let Some(model) = defaults.and_then(|it| it.get("default_model")).and_then(Value::as_str) {
            lines.push(format!("default_model: {}", quoted(model)));
        }
        let router = mapping(global, "router");
        if let Some(aliases) = router.and_then(|router| router.get("auto_model_names")) {
            lines.push(format!("aliases: {}", value(aliases)));
        } else if let Some(alias) =
            router.and_then(|router| router.get("auto_model_name")).and_then(Value::as_str)
        {
            lines.push(format!("aliases: [{}]", quoted(alias)));
        }
        let top_k = ["model_catalog", "embeddings", "semantic", "embedding_config", "top_k"];
        let found = top_k
            .iter()
            .try_fold(&Value::Mapping(global.clone()), |at, key| at.get(key).ok_or(()))
            .ok()
            .cloned();
        if let Some(top_k) = found.and_then(|top_k| top_k.as_u64()) {
            lines.push(format!("embedding_top_k: {top_k}"));
        }
        self.writer.block("ROUTING", &lines);
    }

    fn models(&mut self, routing: &Mapping, providers: &Mapping) {
        let provided: Vec<&Mapping> = maps(providers, "models").collect();
        let cards: Vec<&Mapping> = maps(routing, "modelCards").collect();
        const KNOWN: [&str; 9] = [
            "param_size",
            "context_window_size",
            "description",
            "capabilities",
            "quality_score",
            "modality",
            "tags",
            "loras",
            "name",
        ];
        let families = mapping(providers, "defaults").and_then(|it| mapping(it, "reasoning_families"));
        let names = cards.iter().chain(&provided).map(|it| text_of(it, "name"));
        let mut seen: Vec<&str> = Vec::new();
        for model in names {
            if seen.contains(&model) || model.is_empty() {
                continue;
            }
            seen.push(model);
            let mut lines = Vec::new();
            if let Some(card) = cards.iter().find(|card| text_of(card, "name") == model) {
                for (key, it) in pairs(card).filter(|(key, _)| *key != "name") {
                    match KNOWN.contains(&key) {
                        true => lines.push(format!("{key}: {}", value(it))),
                        false => self.leave(format!("routing.modelCards[{model}].{key}"), NO_SUCH_FIELD),
                    }
                }
            }
            if let Some(provider) = provided.iter().find(|provider| text_of(provider, "name") == model) {
                for (key, it) in pairs(provider).filter(|(key, _)| *key != "name") {
                    match key {
                        "provider_model_id" => lines.push(format!("provider_model_id: {}", value(it))),
                        "reasoning_family" => {
                            let named = it.as_str().unwrap_or_default();
                            let how = families.and_then(|families| mapping(families, named));
                            lines.push(format!("reasoning_family: {}", quoted(&reasoning(named, how))));
                        }
                        _ => self.leave(format!("providers.models[{model}].{key}"), DEPLOYMENT),
                    }
                }
            }
            self.writer.block(&format!("MODEL {}", name(model)), &lines);
        }
    }

    fn recipe(&mut self, recipe: &Mapping) {
        let called = text_of(recipe, "name").to_owned();
        let empty = Mapping::new();
        let routing = mapping(recipe, "routing").unwrap_or(&empty);
        let mut options = Vec::new();
        if let Some(description) = recipe.get("description").and_then(Value::as_str) {
            options.push(format!("description = {}", quoted(description.trim())));
        }
        if let Some(strategy) = routing.get("strategy").and_then(Value::as_str) {
            options.push(format!("strategy = {}", quoted(strategy)));
        }
        let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
        self.writer.open(&format!("RECIPE {}{options}", name(&called)));
        self.scope(routing, &format!("recipes[{called}].routing"));
        self.writer.close();
        self.leave_others(
            recipe,
            &format!("recipes[{called}]."),
            &["name", "description", "routing"],
            NO_COUNTERPART,
        );
    }

    /// Signals, projections and decisions of the top level or of one recipe.
    fn scope(&mut self, routing: &Mapping, at: &str) {
        if let Some(signals) = mapping(routing, "signals") {
            for (list, family) in FAMILIES.into_iter().chain([("classifiers", "classifier")]) {
                for signal in maps(signals, list) {
                    self.signal(signal, family, &format!("{at}.signals.{list}"));
                }
            }
            let known: Vec<&str> = FAMILIES.iter().map(|(list, _)| *list).chain(["classifiers"]).collect();
            self.leave_others(signals, &format!("{at}.signals."), &known, NO_COUNTERPART);
        }
        if let Some(projections) = mapping(routing, "projections") {
            for (list, kind) in [("partitions", "partition"), ("scores", "score"), ("mappings", "mapping")] {
                for projection in maps(projections, list) {
                    let lines: Vec<String> = pairs(projection)
                        .filter(|(key, _)| *key != "name")
                        .map(|(key, it)| format!("{key}: {}", value(it)))
                        .collect();
                    let head = format!("PROJECTION {kind} {}", name(text_of(projection, "name")));
                    self.writer.block(&head, &lines);
                }
            }
        }
        for decision in maps(routing, "decisions") {
            self.decision(decision, &format!("{at}.decisions[{}]", text_of(decision, "name")));
        }
        let known = ["strategy", "modelCards", "signals", "projections", "decisions"];
        self.leave_others(routing, &format!("{at}."), &known, NO_COUNTERPART);
    }

    fn signal(&mut self, signal: &Mapping, family: &str, at: &str) {
        let called = text_of(signal, "name");
        let fields = wrp_graph::signal::find(family).map_or(&[][..], |kind| kind.fields);
        let at = format!("{at}[{called}]");
        let mut skip = vec!["name"];
        // Written in configurations, refused by the runtime: the words still match as literals.
        if family == "keyword" && !["", "regex", "bm25", "ngram"].contains(&text_of(signal, "method")) {
            self.leave(format!("{at}.method"), NO_SUCH_METHOD);
            skip.push("method");
        }
        let lines = self.fields(signal, fields, &skip, &at);
        self.writer.block(&format!("SIGNAL {family} {}", name(called)), &lines);
    }

    /// The fields that the language has, written; the others are left.
    fn fields(&mut self, from: &Mapping, fields: &[Field], skip: &[&str], at: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (key, it) in pairs(from).filter(|(key, _)| !skip.contains(key)) {
            match fields.iter().find(|field| field.name == key) {
                Some(field) => {
                    lines.push(format!("{key}: {}", self.shaped(it, &field.shape, &format!("{at}.{key}"))))
                }
                None => self.leave(format!("{at}.{key}"), NO_SUCH_FIELD),
            }
        }
        lines
    }

    fn shaped(&mut self, it: &Value, shape: &Shape, at: &str) -> String {
        match (it, shape) {
            (Value::Mapping(inner), Shape::Object(fields)) => {
                let fields = self.fields(inner, fields, &[], at);
                format!("{{ {} }}", fields.join(", "))
            }
            (Value::Sequence(items), Shape::List(shape)) => {
                let items: Vec<String> = items.iter().map(|item| self.shaped(item, shape, at)).collect();
                format!("[{}]", items.join(", "))
            }
            // A token count may be a bare number there, and is text here.
            (Value::Number(number), Shape::Tokens) => quoted(&number.to_string()),
            _ => value(it),
        }
    }

    fn leave(&mut self, path: String, reason: &'static str) {
        self.left.push(Left { path, reason });
    }

    fn leave_others(&mut self, from: &Mapping, at: &str, known: &[&str], reason: &'static str) {
        let others: Vec<String> = pairs(from)
            .filter(|(key, _)| !known.contains(key))
            .map(|(key, _)| format!("{at}{key}"))
            .collect();
        self.left.extend(others.into_iter().map(|path| Left { path, reason }));
    }
}

/// The configuration describes a family by the parameter that it sets; the language has a word for each.
fn reasoning(named: &str, how: Option<&Mapping>) -> String {
    let told = how.map(|how| (text_of(how, "type"), text_of(how, "parameter")));
    let word = match told {
        Some(("chat_template_kwargs", "enable_thinking")) => "qwen3",
        Some(("chat_template_kwargs", "thinking")) => "deepseek",
        Some(("chat_template_kwargs", "reasoning_effort")) => "gpt-oss",
        Some(("reasoning_effort" | "top_level_reasoning_effort", _)) => "gpt",
        _ => named,
    };
    word.to_owned()
}

fn mapping<'m>(of: &'m Mapping, key: &str) -> Option<&'m Mapping> {
    of.get(key).and_then(Value::as_mapping)
}

fn maps<'m>(of: &'m Mapping, key: &str) -> impl Iterator<Item = &'m Mapping> {
    of.get(key).and_then(Value::as_sequence).into_iter().flatten().filter_map(Value::as_mapping)
}

fn pairs(of: &Mapping) -> impl Iterator<Item = (&str, &Value)> {
    of.iter().filter_map(|(key, it)| Some((key.as_str()?, it))).filter(|(_, it)| !it.is_null())
}

fn text_of<'m>(of: &'m Mapping, key: &str) -> &'m str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
