//! The graph as text: what the proxy will do, in the order in which it does it.

use std::fmt::{self, Display, Formatter, Write};

use crate::bounds::Bounds;
use crate::condition::{Op, Test};
use crate::graph::{Graph, OnUnknown, Recipe, Route, Section, Semantics, Stretch};
use crate::stage::{Stage, Term};

/// Writes a graph for people. The form is not a promise; [`serde_json`] writes one that is.
pub fn listing(graph: &Graph) -> String {
    graph.to_string()
}

impl Display for Graph {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let semantics = match self.semantics {
            Semantics::Vsr2026_08 => "vsr-2026-08",
            Semantics::Strict => "strict",
        };
        write!(to, "graph ")?;
        self.policy.iter().try_for_each(|byte| write!(to, "{byte:02x}"))?;
        writeln!(to, "  {semantics}  validated: {}", self.checked)?;
        for (number, model) in self.models.iter().enumerate() {
            let default = if self.default_model == Some(number as u16) { "  (default)" } else { "" };
            let id = model.provider_model_id.as_ref().map_or(String::new(), |id| format!("  as {id}"));
            writeln!(to, "model {}{id}{default}", model.name)?;
        }
        for entrypoint in &self.entrypoints {
            let recipe =
                self.recipes.get(usize::from(entrypoint.recipe)).map_or("?", |recipe| recipe.name.as_str());
            writeln!(to, "entrypoint {} -> {recipe}", entrypoint.model_name)?;
        }
        for recipe in &self.recipes {
            writeln!(to)?;
            Scope { graph: self, recipe }.fmt(to)?;
        }
        Ok(())
    }
}

struct Scope<'l> {
    graph: &'l Graph,
    recipe: &'l Recipe,
}

impl Display for Scope<'_> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let recipe = self.recipe;
        let body = if recipe.reads_body { "" } else { "  (the body is not needed)" };
        writeln!(to, "recipe {}{body}", recipe.name)?;
        for sensor in &recipe.sensors {
            writeln!(to, "  sense  {}", self.key(sensor.slot))?;
        }
        for query in &recipe.queries {
            writeln!(to, "  query  {}:{} -> {}", query.family, query.name, query.keys.join(", "))?;
        }
        for stage in &recipe.stages {
            self.stage(stage, to)?;
        }
        recipe.sections.iter().enumerate().try_for_each(|(number, section)| self.section(number, section, to))
    }
}

impl Scope<'_> {
    fn key(&self, slot: u16) -> &str {
        self.recipe.slots.get(usize::from(slot)).map_or("?", |slot| slot.key.as_str())
    }

    fn keys(&self, slots: &[u16]) -> String {
        slots.iter().map(|slot| self.key(*slot)).collect::<Vec<_>>().join(", ")
    }

    fn stage(&self, stage: &Stage, to: &mut Formatter<'_>) -> fmt::Result {
        match stage {
            Stage::Partition(partition) => {
                let softmax = partition.softmax.map_or(String::new(), |it| format!(", its share at {it}"));
                let default =
                    partition.default.map_or(String::new(), |it| format!(", else {}", self.key(it)));
                writeln!(to, "  keep   the surest of {}{softmax}{default}", self.keys(&partition.members))
            }
            Stage::Vetoes(vetoes) => vetoes.iter().try_for_each(|veto| {
                writeln!(
                    to,
                    "  keep   {} only if {}",
                    self.keys(&veto.levels),
                    self.condition(veto.condition)
                )
            }),
            Stage::Top(top) => {
                writeln!(to, "  keep   the surest {} of {}", top.limit, self.keys(&top.members))
            }
            Stage::Score(score) => {
                writeln!(to, "  score  {}", score.name)?;
                score.inputs.iter().try_for_each(|input| {
                    let term = match &input.term {
                        Term::Binary { slot, matched, missed } => {
                            format!("{matched} if {}, else {missed}", self.key(*slot))
                        }
                        Term::Confidence { slot } => format!("the confidence of {}", self.key(*slot)),
                        Term::Raw { slot } => format!("the value of {}", self.key(*slot)),
                        Term::Score { score } => format!("score {}", self.score(*score)),
                        Term::Constant(number) => number.to_string(),
                    };
                    writeln!(to, "         {:+} × {term}", input.weight)
                })
            }
            Stage::Mapping(mapping) => {
                let which = if mapping.multi_emit { "all" } else { "first" };
                writeln!(to, "  bands  of {}, {which}", self.score(mapping.score))?;
                mapping.bands.iter().try_for_each(|band| {
                    writeln!(to, "         {} {}", self.key(band.slot), bounds(&band.bounds))
                })
            }
        }
    }

    fn score(&self, number: u16) -> &str {
        let names = self.recipe.stages.iter().filter_map(|stage| match stage {
            Stage::Score(score) => Some(score.name.as_str()),
            _ => None,
        });
        names.into_iter().nth(number.into()).unwrap_or("?")
    }

    fn section(&self, number: usize, section: &Section, to: &mut Formatter<'_>) -> fmt::Result {
        if self.recipe.sections.len() > 1 && number == 0 {
            writeln!(to, "  untiered; by confidence alone as soon as a tiered route fires:")?;
        } else if number == 1 {
            writeln!(to, "  tiered:")?;
        }
        let mut begins = 0;
        for (rank, (route, end)) in section.order.iter().zip(&section.group_ends).enumerate() {
            if rank == begins && usize::from(*end) > rank + 1 {
                writeln!(to, "  the surest of {}:", usize::from(*end) - rank)?;
            }
            if rank == begins {
                begins = usize::from(*end);
            }
            if let Some(route) = self.recipe.routes.get(usize::from(*route)) {
                self.route(route, to)?;
            }
        }
        Ok(())
    }

    fn route(&self, route: &Route, to: &mut Formatter<'_>) -> fmt::Result {
        let models: Vec<&str> = route
            .models
            .iter()
            .filter_map(|reference| self.graph.models.get(usize::from(reference.model)))
            .map(|model| model.name.as_str())
            .collect();
        let models = if models.is_empty() { "no model of its own".to_owned() } else { models.join(", ") };
        let unknown = match route.on_unknown {
            OnUnknown::Skip => "",
            OnUnknown::Match => "  (also when unknown)",
            OnUnknown::Deny => "  (refuses when unknown)",
        };
        writeln!(to, "  route  {} -> {models}{unknown}", route.name)?;
        writeln!(to, "         when {}", self.condition(route.when))
    }

    /// A condition in the words of the language.
    fn condition(&self, code: Stretch) -> String {
        let mut stack: Vec<String> = Vec::new();
        for op in code.of(&self.recipe.code) {
            let text = match *op {
                Op::Test(test) => self.test(test),
                Op::Not => format!("NOT {}", stack.pop().unwrap_or_default()),
                Op::And(0) => "always".to_owned(),
                Op::Or(0) => "never".to_owned(),
                Op::And(count) | Op::Or(count) => {
                    let word = if matches!(op, Op::And(_)) { " AND " } else { " OR " };
                    let items = stack.split_off(stack.len().saturating_sub(count.into()));
                    if items.len() == 1 { items.concat() } else { format!("({})", items.join(word)) }
                }
            };
            stack.push(text);
        }
        let text = stack.pop().unwrap_or_default();
        match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            // Only a pair that belongs together goes.
            Some(inner) if matches!(code.of(&self.recipe.code).last(), Some(Op::And(2..) | Op::Or(2..))) => {
                inner.to_owned()
            }
            _ => text,
        }
    }

    fn test(&self, test: u16) -> String {
        match self.recipe.tests.get(usize::from(test)) {
            Some(Test::Fired { slots }) => {
                let keys: Vec<&str> = slots.iter().map(|slot| self.key(*slot)).collect();
                keys.join("|")
            }
            Some(Test::Bounded { slot, bounds: gate, match_on_error, .. }) => {
                let error = if *match_on_error { " or failed" } else { "" };
                format!("{} {}{error}", self.key(*slot), bounds(gate))
            }
            Some(Test::Derived { code }) => self.condition(*code),
            Some(Test::Never) | None => "never".to_owned(),
        }
    }
}

fn bounds(bounds: &Bounds) -> String {
    let all = [(">", bounds.gt), ("≥", bounds.gte), ("<", bounds.lt), ("≤", bounds.lte)];
    let mut text = String::new();
    for (sign, bound) in all.into_iter().filter_map(|(sign, bound)| Some((sign, bound?))) {
        let gap = if text.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{gap}{sign} {bound}");
    }
    if text.is_empty() { "any".to_owned() } else { text }
}
