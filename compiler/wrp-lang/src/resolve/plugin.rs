//! Plugins: templates at top level, and their use in routes.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::plugin::{KINDS, Kind};
use wrp_graph::schema::{Fields, Problem, Spanned, Trouble, check};

use super::findings::Findings;
use crate::lint;
use crate::policy::Plugin;
use crate::syntax::ast::{self, Block, BlockKind, Name};

/// The templates of a scope, and which of them a route has used.
pub(super) struct Templates<'a> {
    by_name: BTreeMap<&'a str, &'a ast::PluginTemplate>,
    used: BTreeSet<&'a str>,
}

/// The type that a name means: hyphens are underscores, and the cache has older names.
pub(crate) fn normalised(name: &str) -> String {
    match name.replace('-', "_").as_str() {
        "semantic_cache" => "response_cache".to_owned(),
        other => other.to_owned(),
    }
}

pub(crate) fn find(kind: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|known| known.name == kind)
}

impl<'a> Templates<'a> {
    /// Of two templates with one name the last one counts.
    pub(super) fn declared(blocks: &[&'a Block], findings: &mut Findings) -> Templates<'a> {
        let mut by_name: BTreeMap<&str, &ast::PluginTemplate> = BTreeMap::new();
        for block in blocks {
            let BlockKind::Plugin(template) = &block.kind else { continue };
            match find(&normalised(&template.kind.it)) {
                // What the template lacks, the route may add.
                Some(kind) => {
                    let name = spanned(&template.name);
                    findings.push_problems(disagreements(&template.fields, kind, &name, Missing::Allowed));
                }
                None => findings.push_ignored(lint::unknown_plugin::of_template(&template.kind)),
            }
            if let Some(earlier) = by_name.insert(&template.name.text, template) {
                let name = spanned(&template.name);
                findings.push_ignored(lint::duplicate_name::plugin(&name, earlier.name.span));
            }
        }
        Templates { by_name, used: BTreeSet::new() }
    }

    /// `PLUGIN name { fields }` in a route: a template with some fields replaced, or a type by its own name.
    pub(super) fn apply(&mut self, name: &Name, fields: Option<&Fields>, findings: &mut Findings) -> Plugin {
        let own = fields.cloned().unwrap_or(Fields { entries: Vec::new(), span: name.span });
        let template = self.by_name.get_key_value(name.text.as_str());
        let kind = normalised(template.map_or(&name.text, |(_, template)| &template.kind.it));
        let merged = match template {
            Some((key, template)) => {
                self.used.insert(key);
                over(&template.fields, &own)
            }
            None => own.clone(),
        };
        match find(&kind) {
            Some(known) => {
                let place = spanned(name);
                findings.push_problems(disagreements(&own, known, &place, Missing::Allowed));
                let mut whole = disagreements(&merged, known, &place, Missing::Reported);
                whole.retain(|problem| problem.trouble == Trouble::MissingField);
                (known.check)(&merged, &mut whole);
                findings.push_problems(whole);
            }
            None if template.is_none() => {
                let templates = self.by_name.keys().copied();
                findings.push_ignored(lint::unknown_plugin::of_route(name, templates));
            }
            // The template has been reported.
            None => {}
        }
        Plugin { kind, fields: merged, span: name.span }
    }

    pub(super) fn report_unused(&self, findings: &mut Findings) {
        for (name, template) in &self.by_name {
            if !self.used.contains(name) {
                findings.push(lint::unused_plugin::diagnostic(&spanned(&template.name)));
            }
        }
    }
}

enum Missing {
    Reported,
    Allowed,
}

fn disagreements(fields: &Fields, kind: &Kind, block: &Spanned<String>, missing: Missing) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(fields, kind.fields, block, &mut problems);
    if let Missing::Allowed = missing {
        // Only those of the block itself: an object inside it is given whole or not at all.
        problems.retain(|problem| problem.trouble != Trouble::MissingField || problem.span != block.span);
    }
    problems
}

/// Each field of `own` in the place of the template's field of that name.
fn over(template: &Fields, own: &Fields) -> Fields {
    let kept =
        template.entries.iter().filter(|entry| !own.entries.iter().any(|it| it.key.it == entry.key.it));
    let span = if own.entries.is_empty() { template.span } else { own.span };
    Fields { entries: kept.chain(&own.entries).cloned().collect(), span }
}

fn spanned(name: &Name) -> Spanned<String> {
    Spanned { it: name.text.clone(), span: name.span }
}
