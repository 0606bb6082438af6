//! The walk over a tree that finds every mention.

use std::collections::BTreeSet;

use wrp_graph::schema::{Entry, Field, Fields, Shape, Span, Spanned, Value};
use wrp_graph::signal::{self, complexity};

use super::{Form, Mention, Role, Scope, Space, Subject, Symbol};
use crate::algorithm;
use crate::explain::Section;
use crate::govern;
use crate::resolve::{condition, emit, entrypoint, model, plugin, projection, route, routing, scope};
use crate::syntax::ast::{
    AssertItemKind, Ast, Block, BlockKind, Expr, For, ForSource, HeaderOption, Leaf, ModelRef, Name,
    RouteItem, RouteItemKind,
};

/// Everything in a file that means something, in source order.
pub fn mentions(ast: &Ast) -> Vec<Mention> {
    let mut walk = Walk { scope: Scope::TopLevel, declared: BTreeSet::new(), found: Vec::new() };
    walk.declare(&ast.blocks);
    walk.blocks(&ast.blocks);
    walk.found.sort_by_key(|mention| (mention.span, mention.form as u8));
    walk.found
}

struct Walk {
    scope: Scope,
    /// Needed where a name may mean one thing or another.
    declared: BTreeSet<Symbol>,
    found: Vec<Mention>,
}

impl Walk {
    /// What this scope and the policy declare, before anything uses it.
    fn declare(&mut self, blocks: &[Block]) {
        for block in blocks {
            let (space, name) = match &block.kind {
                BlockKind::Signal(it) => (Space::Signal(it.kind.it.to_lowercase()), &it.name),
                BlockKind::Plugin(it) => (Space::Plugin, &it.name),
                BlockKind::Model(it) => (Space::Model, &it.name),
                BlockKind::Projection(it) => {
                    if it.kind.it == "score" {
                        let symbol = self.symbol(Space::Score, &it.name.text);
                        self.declared.insert(symbol);
                    }
                    continue;
                }
                _ => continue,
            };
            let symbol = self.symbol(space, &name.text);
            self.declared.insert(symbol);
        }
    }

    fn symbol(&self, space: Space, name: &str) -> Symbol {
        let scope = if matches!(space, Space::Model | Space::Recipe) { Scope::Policy } else { self.scope };
        Symbol { scope, space, name: name.to_owned() }
    }

    fn knows(&self, space: Space, name: &str) -> bool {
        self.declared.contains(&self.symbol(space, name))
    }

    fn mention(&mut self, space: Space, text: &str, span: Span, form: Form, role: Role) {
        let subject = Subject::Name { symbol: self.symbol(space, text), role };
        self.found.push(Mention { span, form, subject });
    }

    fn name(&mut self, space: Space, name: &Name, role: Role) {
        let form = if name.quoted { Form::Quoted } else { Form::Bare };
        self.mention(space, &name.text, name.span, form, role);
    }

    /// A name that is the value of a field.
    fn value(&mut self, space: Space, value: &Spanned<Value>, role: Role) {
        let (text, form) = match &value.it {
            Value::Text(text) => (text, Form::Quoted),
            Value::Word(text) => (text, Form::Bare),
            _ => return,
        };
        self.mention(space, text, value.span, form, role);
    }

    fn page(&mut self, section: Section, name: Option<&'static str>, span: Span) {
        if let Some(name) = name {
            self.found.push(Mention { span, form: Form::Word, subject: Subject::Page { section, name } });
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    /// A list of models that a block names.
    fn models(&mut self, fields: &Fields, key: &str) {
        for model in fields.list(key).unwrap_or_default() {
            self.value(Space::Model, model, Role::Uses);
        }
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Routing(fields) => {
                let top = self.scope == Scope::TopLevel;
                self.fields(fields, if top { routing::TOP_FIELDS } else { routing::RECIPE_FIELDS });
                if let Some(model) = fields.get("default_model") {
                    self.value(Space::Model, model, Role::Uses);
                }
            }
            BlockKind::Entrypoint(fields) => {
                self.fields(fields, entrypoint::FIELDS);
                if let Some(recipe) = fields.get("recipe") {
                    self.value(Space::Recipe, recipe, Role::Uses);
                }
            }
            BlockKind::Recipe(it) => {
                self.name(Space::Recipe, &it.name, Role::Declares);
                self.options(&it.options, scope::OPTIONS);
                let outside = std::mem::replace(&mut self.scope, Scope::Recipe(block.span.start));
                self.declare(&it.blocks);
                self.blocks(&it.blocks);
                self.scope = outside;
            }
            BlockKind::Signal(it) => self.signal(&it.kind, &it.name, &it.fields),
            BlockKind::Projection(it) => match it.kind.it.as_str() {
                "partition" => self.partition(&it.name, &it.fields),
                "score" => self.score(&it.name, &it.fields),
                _ => self.mapping(&it.name, &it.fields),
            },
            BlockKind::Route(it) => {
                self.name(Space::Route, &it.name, Role::Declares);
                self.options(&it.options, route::OPTIONS);
                self.items(&it.items);
            }
            BlockKind::Tree(it) => {
                self.name(Space::Tree, &it.name, Role::Declares);
                for branch in &it.branches {
                    self.condition(&branch.when);
                    self.items(&branch.body.items);
                }
                if let Some(body) = &it.otherwise {
                    self.items(&body.items);
                }
            }
            BlockKind::Model(it) => {
                self.name(Space::Model, &it.name, Role::Declares);
                self.fields(&it.fields, model::FIELDS);
            }
            BlockKind::Plugin(it) => {
                self.name(Space::Plugin, &it.name, Role::Declares);
                let kind = plugin::find(&plugin::normalised(&it.kind.it));
                self.page(Section::Plugins, kind.map(|kind| kind.name), it.kind.span);
                self.fields(&it.fields, kind.map_or(&[], |kind| kind.fields));
            }
            BlockKind::Pool(it) => {
                self.fields(&it.fields, govern::pool::FIELDS);
                self.models(&it.fields, "models");
            }
            BlockKind::Workload(it) => self.fields(&it.fields, govern::workload::FIELDS),
            BlockKind::Role(it) => {
                self.fields(&it.fields, govern::role::FIELDS);
                if let Some(models) = it.fields.object("models") {
                    self.models(models, "allow");
                    self.models(models, "deny");
                }
            }
            BlockKind::Budget(fields) => self.fields(fields, govern::budget::FIELDS),
            BlockKind::Assert(it) => {
                for item in &it.items {
                    if let AssertItemKind::When(when) = &item.kind {
                        self.condition(when);
                    }
                }
            }
            BlockKind::Test(it) => {
                self.name(Space::Test, &it.name, Role::Declares);
                for case in &it.cases {
                    self.name(Space::Route, &case.route, Role::Uses);
                }
            }
        }
    }

    fn signal(&mut self, kind: &Spanned<String>, name: &Name, fields: &Fields) {
        let known = signal::find(&kind.it);
        self.page(Section::Signals, known.map(|known| known.name), kind.span);
        self.name(Space::Signal(kind.it.to_lowercase()), name, Role::Declares);
        self.fields(fields, known.map_or(&[], |known| known.fields));
        match known.map(|known| known.name) {
            Some("authz") => {
                if let Some(role) = fields.get("role") {
                    self.value(Space::Role, role, Role::Declares);
                }
            }
            Some("complexity") => {
                if let Some(composer) = complexity::composer(fields) {
                    let mut tests = Vec::new();
                    composer.visit(&mut |kind, name| tests.push((kind.to_owned(), name.clone())));
                    for (kind, name) in tests {
                        // A composer is read from strings as a rule; a bare word does as well.
                        let quoted = (name.span.end - name.span.start) as usize != name.it.len();
                        let form = if quoted { Form::Quoted } else { Form::Bare };
                        self.test(&kind, &name.it, name.span, form);
                    }
                }
            }
            _ => {}
        }
        if let Some(value) = fields.get("model")
            && self.knows(Space::Model, value.it.as_text().unwrap_or_default())
        {
            self.value(Space::Model, value, Role::Uses);
        }
    }

    /// A test of a signal, wherever it is named.
    fn test(&mut self, kind: &str, name: &str, span: Span, form: Form) {
        match kind {
            "projection" => self.mention(Space::Output, name, span, form, Role::Uses),
            "authz" => self.mention(Space::Role, name, span, form, Role::Uses),
            // The signal's name is only the part before the level.
            "complexity" if name.contains(':') => {
                let base = name.rsplit_once(':').map_or(name, |(base, _)| base);
                let start = span.start + 1;
                let verbatim = (span.end - span.start) as usize == name.len() + 2;
                if form == Form::Quoted && verbatim {
                    let span = Span { start, end: start + base.len() as u32 };
                    self.mention(Space::Signal(kind.to_owned()), base, span, Form::Inside, Role::Uses);
                }
            }
            kind => self.mention(Space::Signal(kind.to_owned()), name, span, form, Role::Uses),
        }
    }

    fn partition(&mut self, name: &Name, fields: &Fields) {
        self.name(Space::Partition, name, Role::Declares);
        self.fields(fields, projection::PARTITION);
        let members = fields.list("members").unwrap_or_default().iter().chain(fields.get("default"));
        for member in members {
            let text = member.it.as_text().unwrap_or_default();
            let families = ["domain", "embedding"].map(|family| Space::Signal(family.to_owned()));
            if let Some(space) = families.into_iter().find(|space| self.knows(space.clone(), text)) {
                self.value(space, member, Role::Uses);
            }
        }
    }

    fn score(&mut self, name: &Name, fields: &Fields) {
        self.name(Space::Score, name, Role::Declares);
        self.fields(fields, projection::SCORE);
        for input in fields.list("inputs").unwrap_or_default() {
            let Some(input) = input.it.as_object() else { continue };
            let (Some(kind), Some(name)) = (input.text("type"), input.get("name")) else { continue };
            let Some(text) = name.it.as_text() else { continue };
            let form = if matches!(name.it, Value::Text(_)) { Form::Quoted } else { Form::Bare };
            match kind.trim().to_lowercase().as_str() {
                "kb_metric" => {}
                "projection" => {
                    let is_score =
                        input.text("value_source") != Some("confidence") && self.knows(Space::Score, text);
                    let space = if is_score { Space::Score } else { Space::Output };
                    self.mention(space, text, name.span, form, Role::Uses);
                }
                // A score names authz signals by their roles, as conditions do.
                kind => self.test(kind, text, name.span, form),
            }
        }
    }

    fn mapping(&mut self, name: &Name, fields: &Fields) {
        self.name(Space::Mapping, name, Role::Declares);
        self.fields(fields, projection::MAPPING);
        if let Some(source) = fields.get("source") {
            self.value(Space::Score, source, Role::Uses);
        }
        for output in fields.list("outputs").unwrap_or_default() {
            if let Some(name) = output.it.as_object().and_then(|output| output.get("name")) {
                self.value(Space::Output, name, Role::Declares);
            }
        }
    }

    fn items(&mut self, items: &[RouteItem]) {
        for item in items {
            match &item.kind {
                RouteItemKind::Name(name) => self.name(Space::Route, name, Role::Declares),
                RouteItemKind::When(condition) => self.condition(condition),
                RouteItemKind::Models(models) => models.iter().for_each(|it| self.model(it, Space::Model)),
                RouteItemKind::Algorithm { kind, fields } => {
                    let known = algorithm::find(&kind.it);
                    self.page(Section::Algorithms, known.map(|known| known.name), kind.span);
                    if let Some(fields) = fields {
                        self.fields(fields, known.map_or(&[], |known| known.fields));
                        fields.entries.iter().for_each(|entry| self.models_in(&entry.value));
                    }
                }
                RouteItemKind::Plugin { name, fields } => self.plugin(name, fields.as_ref()),
                RouteItemKind::For(it) => self.iteration(it),
                RouteItemKind::Emit { fields, .. } => self.fields(fields, emit::FIELDS),
                RouteItemKind::Description(_)
                | RouteItemKind::Priority(_)
                | RouteItemKind::Tier(_)
                | RouteItemKind::OnUnknown(_) => {}
            }
        }
    }

    fn condition(&mut self, condition: &Expr) {
        match condition {
            Expr::And(items, _) | Expr::Or(items, _) => items.iter().for_each(|it| self.condition(it)),
            Expr::Not(inner, _) => self.condition(inner),
            Expr::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        let kind = leaf.kind.it.to_lowercase();
        self.page(Section::Signals, signal::find(&kind).map(|known| known.name), leaf.kind.span);
        let form = if leaf.name.quoted { Form::Quoted } else { Form::Bare };
        self.test(&kind, &leaf.name.text, leaf.name.span, form);
        self.entries(&leaf.arguments, condition::ARGUMENTS);
    }

    fn model(&mut self, written: &ModelRef, space: Space) {
        self.name(space, &written.name, Role::Uses);
        self.options(&written.options, model::REFERENCE);
    }

    /// Whichever string of an algorithm names a model uses it.
    fn models_in(&mut self, value: &Spanned<Value>) {
        match &value.it {
            Value::Text(text) | Value::Word(text) if self.knows(Space::Model, text) => {
                self.value(Space::Model, value, Role::Uses);
            }
            Value::List(items) => items.iter().for_each(|item| self.models_in(item)),
            Value::Object(fields) => fields.entries.iter().for_each(|entry| self.models_in(&entry.value)),
            _ => {}
        }
    }

    /// A template of the scope, or a type by its own name.
    fn plugin(&mut self, name: &Name, fields: Option<&Fields>) {
        let known = plugin::find(&plugin::normalised(&name.text));
        if self.knows(Space::Plugin, &name.text) || known.is_none() {
            self.name(Space::Plugin, name, Role::Uses);
        } else {
            self.page(Section::Plugins, known.map(|known| known.name), name.span);
        }
        if let (Some(fields), Some(known)) = (fields, known) {
            self.fields(fields, known.fields);
        }
    }

    fn iteration(&mut self, written: &For) {
        let variable = Space::Variable(written.variable.span.start);
        let name = &written.variable;
        self.mention(variable.clone(), &name.it, name.span, Form::Word, Role::Declares);
        if let ForSource::Listed(models) = &written.source {
            models.iter().for_each(|it| self.model(it, Space::Model));
        }
        for it in &written.models {
            let space = if it.name.text == name.it { variable.clone() } else { Space::Model };
            self.model(it, space);
        }
    }

    fn options(&mut self, options: &[HeaderOption], schema: &'static [Field]) {
        for option in options {
            self.field(&option.key, &option.value, schema);
        }
    }

    fn fields(&mut self, fields: &Fields, schema: &'static [Field]) {
        self.entries(&fields.entries, schema);
    }

    fn entries(&mut self, entries: &[Entry], schema: &'static [Field]) {
        for entry in entries {
            self.field(&entry.key, &entry.value, schema);
        }
    }

    fn field(&mut self, key: &Spanned<String>, value: &Spanned<Value>, schema: &'static [Field]) {
        if let Some(field) = schema.iter().find(|field| field.name == key.it) {
            self.found.push(Mention { span: key.span, form: Form::Word, subject: Subject::Field(field) });
            self.inner_fields(value, &field.shape);
        }
    }

    fn inner_fields(&mut self, value: &Spanned<Value>, shape: &'static Shape) {
        match (&value.it, shape) {
            (Value::Object(fields), Shape::Object(schema)) => self.fields(fields, schema),
            (Value::List(items), Shape::List(shape)) => {
                items.iter().for_each(|item| self.inner_fields(item, shape));
            }
            (Value::Object(_) | Value::List(_), Shape::Either(shapes)) => {
                shapes.iter().for_each(|shape| self.inner_fields(value, shape));
            }
            _ => {}
        }
    }
}
