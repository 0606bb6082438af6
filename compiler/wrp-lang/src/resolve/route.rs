//! `ROUTE name { … }`, and the items that a tree's branch shares with it.

use wrp_graph::schema::{Field, Fields, Shape, Span, Spanned};

use super::findings::Findings;
use super::model::Catalogue;
use super::plugin::Templates;
use super::{condition, emit, options};
use crate::algorithm;
use crate::lint;
use crate::policy::{Algorithm, Emit, Expr, ModelRef, OnUnknown, Plugin, Route, Semantics};
use crate::syntax::ast::{self, ForSource, RouteItem, RouteItemKind};

pub(crate) const OPTIONS: &[Field] =
    &[Field { name: "description", shape: Shape::Text, required: false, doc: "What the route is for." }];

/// What a route or a branch consists of besides its condition.
#[derive(Default)]
pub(super) struct Body {
    pub(super) name: Option<Spanned<String>>,
    pub(super) description: Option<String>,
    pub(super) priority: i64,
    pub(super) tier: i64,
    pub(super) when: Option<Expr>,
    pub(super) models: Vec<ModelRef>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) plugins: Vec<Plugin>,
    pub(super) emits: Vec<Emit>,
    pub(super) on_unknown: Option<OnUnknown>,
}

pub(super) fn resolve(
    written: &ast::Route,
    span: Span,
    templates: &mut Templates<'_>,
    catalogue: &mut Catalogue,
    findings: &mut Findings,
) -> Route {
    let name = Spanned { it: written.name.text.clone(), span: written.name.span };
    let options = options::fields(&written.options);
    findings.check_fields(&options, OPTIONS, &name);
    let body = resolve_items(&written.items, templates, catalogue, findings);
    if body.models.is_empty() && !body.answers_itself() {
        findings.push(lint::route_without_model::of_route(&name));
    }
    let description = body.description.clone().or(options.text("description").map(str::to_owned));
    let when = body.when.clone().unwrap_or(Expr::And(Vec::new()));
    Route { description, priority: body.priority, ..body.into_route(name, span, condition::in_and(when)) }
}

/// Of an item that stands twice the last one counts; MODEL, PLUGIN, FOR and EMIT accumulate.
pub(super) fn resolve_items(
    items: &[RouteItem],
    templates: &mut Templates<'_>,
    catalogue: &mut Catalogue,
    findings: &mut Findings,
) -> Body {
    let mut body = Body::default();
    lint::overridden_item::check(items, findings);
    for item in items {
        match &item.kind {
            RouteItemKind::Name(name) => body.name = Some(Spanned { it: name.text.clone(), span: name.span }),
            RouteItemKind::Description(text) => body.description = Some(text.it.clone()),
            RouteItemKind::Priority(number) => {
                lint::negative_rank::check("PRIORITY", number, findings);
                body.priority = number.it;
            }
            RouteItemKind::Tier(number) => {
                lint::negative_rank::check("TIER", number, findings);
                body.tier = number.it;
            }
            RouteItemKind::When(written) => body.when = Some(condition::resolve(written, findings)),
            RouteItemKind::Models(models) => {
                body.models.extend(models.iter().map(|model| catalogue.reference(model, findings)));
            }
            RouteItemKind::Algorithm { kind, fields } => {
                body.algorithm = Some(resolve_algorithm(kind, fields.as_ref(), findings));
            }
            RouteItemKind::Plugin { name, fields } => {
                body.plugins.push(templates.apply(name, fields.as_ref(), findings));
            }
            RouteItemKind::For(iteration) => {
                lint::invalid_iteration::check(iteration, findings);
                if let ForSource::Listed(models) = &iteration.source {
                    for model in models {
                        let model = catalogue.reference(model, findings);
                        // A model that MODEL has already named is a candidate once.
                        if !body.models.iter().any(|known| known.name.it == model.name.it) {
                            body.models.push(model);
                        }
                    }
                }
            }
            RouteItemKind::Emit { .. } => {}
            RouteItemKind::OnUnknown(word) => body.on_unknown = resolve_on_unknown(word, findings),
        }
    }
    body.emits = emit::resolve(items, findings);
    body
}

impl Body {
    /// Whether the client gets its answer without any model.
    pub(super) fn answers_itself(&self) -> bool {
        self.plugins.iter().any(|plugin| plugin.kind == "fast_response")
    }

    pub(super) fn into_route(self, name: Spanned<String>, span: Span, when: Expr) -> Route {
        Route {
            name,
            span,
            description: self.description,
            priority: self.priority,
            tier: self.tier,
            when,
            models: self.models,
            algorithm: self.algorithm,
            plugins: self.plugins,
            emits: self.emits,
            on_unknown: self.on_unknown,
            tree: None,
        }
    }
}

fn resolve_algorithm(kind: &Spanned<String>, fields: Option<&Fields>, findings: &mut Findings) -> Algorithm {
    let fields = fields.cloned().unwrap_or(Fields { entries: Vec::new(), span: kind.span });
    match algorithm::find(&kind.it) {
        Some(known) => {
            let mut problems = Vec::new();
            wrp_graph::schema::check(&fields, known.fields, kind, &mut problems);
            (known.check)(&fields, kind, &mut problems);
            findings.push_problems(problems);
        }
        None => findings.push(lint::unknown_algorithm::diagnostic(kind)),
    }
    Algorithm { kind: kind.clone(), fields }
}

fn resolve_on_unknown(word: &Spanned<String>, findings: &mut Findings) -> Option<OnUnknown> {
    if findings.semantics == Semantics::Vsr2026_08 {
        findings.push(lint::idle_on_unknown::diagnostic(word));
    }
    match word.it.as_str() {
        "skip" => Some(OnUnknown::Skip),
        "match" => Some(OnUnknown::Match),
        "deny" => Some(OnUnknown::Deny),
        // The parser has refused every other word.
        _ => None,
    }
}
