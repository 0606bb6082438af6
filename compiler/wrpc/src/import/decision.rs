//! A decision as a route: its models, its algorithm, its plugins.

use serde_yaml::{Mapping, Value};

use super::text::{name, quoted, value};
use super::{Importer, NO_COUNTERPART, NO_SUCH_FIELD, mapping, maps, pairs, rule, text_of};

impl Importer {
    pub(super) fn decision(&mut self, decision: &Mapping, at: &str) {
        let when = match decision.get("rules").map(rule::condition) {
            None => None,
            Some(Ok(when)) => when,
            Some(Err(reason)) => return self.leave(at.to_owned(), reason),
        };
        let described = decision.get("description").and_then(Value::as_str);
        let described =
            described.map(|text| format!(" (description = {})", quoted(text.trim()))).unwrap_or_default();
        self.writer.open(&format!("ROUTE {}{described}", name(text_of(decision, "name"))));
        for (key, word) in [("priority", "PRIORITY"), ("tier", "TIER")] {
            if let Some(number) = decision.get(key).and_then(Value::as_i64) {
                self.writer.line(&format!("{word} {number}"));
            }
        }
        if let Some(when) = when {
            self.writer.line(&format!("WHEN {when}"));
        }
        let models = self.references(decision, "modelRefs", at);
        if !models.is_empty() {
            self.writer.line(&format!("MODEL {models}"));
        }
        for iteration in maps(decision, "candidateIterations") {
            self.iteration(iteration, at);
        }
        if let Some(algorithm) = mapping(decision, "algorithm") {
            self.algorithm(algorithm, at);
        }
        for plugin in maps(decision, "plugins") {
            self.plugin(plugin, at);
        }
        for emit in maps(decision, "emits") {
            let kind = text_of(emit, "kind");
            let directives = mapping(emit, kind).map(pairs).into_iter().flatten();
            let lines: Vec<String> = directives.map(|(key, it)| format!("{key}: {}", value(it))).collect();
            self.writer.block(&format!("EMIT {kind}"), &lines);
        }
        self.writer.close();
        let known = [
            "name",
            "description",
            "priority",
            "tier",
            "rules",
            "modelRefs",
            "candidateIterations",
            "algorithm",
            "plugins",
            "emits",
        ];
        self.leave_others(decision, &format!("{at}."), &known, NO_COUNTERPART);
    }

    /// `"a" (reasoning = true), "b"`
    fn references(&mut self, holder: &Mapping, list: &str, at: &str) -> String {
        let mut written = Vec::new();
        for reference in maps(holder, list) {
            let model = text_of(reference, "model");
            let mut options = Vec::new();
            for (key, it) in pairs(reference).filter(|(key, _)| *key != "model") {
                let option = match key {
                    "use_reasoning" => "reasoning",
                    "reasoning_effort" => "effort",
                    "lora_name" => "lora",
                    "weight" => "weight",
                    _ => {
                        self.leave(format!("{at}.{list}[{model}].{key}"), NO_SUCH_FIELD);
                        continue;
                    }
                };
                if !it.is_null() {
                    options.push(format!("{option} = {}", value(it)));
                }
            }
            let options =
                if options.is_empty() { String::new() } else { format!(" ({})", options.join(", ")) };
            written.push(format!("{}{options}", quoted(model)));
        }
        written.join(", ")
    }

    fn iteration(&mut self, iteration: &Mapping, at: &str) {
        let variable = match text_of(iteration, "variable") {
            "" => "candidate",
            variable => variable,
        };
        let source = match text_of(iteration, "source") {
            "models" => format!("[{}]", self.references(iteration, "models", at)),
            _ => "decision.candidates".to_owned(),
        };
        self.writer.block(&format!("FOR {variable} IN {source}"), &[format!("MODEL {variable}")]);
    }

    fn algorithm(&mut self, algorithm: &Mapping, at: &str) {
        let kind = text_of(algorithm, "type").to_owned();
        let at = format!("{at}.algorithm");
        let empty = Mapping::new();
        let settings = mapping(algorithm, &kind).unwrap_or(&empty);
        let fields = wrp_lang::algorithm::find(&kind).map_or(&[][..], |kind| kind.fields);
        let lines = self.fields(settings, fields, &[], &format!("{at}.{kind}"));
        match lines.is_empty() {
            true => self.writer.line(&format!("ALGORITHM {kind}")),
            false => self.writer.block(&format!("ALGORITHM {kind}"), &lines),
        }
        self.leave_others(algorithm, &format!("{at}."), &["type", &kind], NO_COUNTERPART);
    }

    fn plugin(&mut self, plugin: &Mapping, at: &str) {
        let kind = text_of(plugin, "type").to_owned();
        let at = format!("{at}.plugins[{kind}]");
        let empty = Mapping::new();
        let settings = mapping(plugin, "configuration").unwrap_or(&empty);
        let Some(known) = wrp_graph::plugin::find(&kind) else {
            return self.leave(at, NO_COUNTERPART);
        };
        let lines = self.fields(settings, known.fields, &[], &format!("{at}.configuration"));
        match lines.is_empty() {
            true => self.writer.line(&format!("PLUGIN {}", known.name)),
            false => self.writer.block(&format!("PLUGIN {}", known.name), &lines),
        }
        self.leave_others(plugin, &format!("{at}."), &["type", "configuration"], NO_COUNTERPART);
    }
}
