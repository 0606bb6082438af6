//! Our own blocks: pools, workloads, roles and the budget of the whole policy, and the assertions of a scope.

use wrp_graph::schema::{Fields, Problem, Span, Spanned, Value, check};

use super::condition;
use super::findings::Findings;
use super::keyword;
use crate::govern;
use crate::govern::assert::{Assertion, Comparison, Operator, Requirement};
use crate::govern::attribute::{self, Attribute, Kind, Scalar};
use crate::govern::budget::{self, Budget};
use crate::govern::pool::{self, Pool};
use crate::govern::role::{self, Role};
use crate::govern::workload::{self, Workload};
use crate::lint::{self, invalid_comparison, unknown_attribute, unknown_value};
use crate::policy::Expr;
use crate::syntax::ast::{self, AssertItemKind, Block, BlockKind, Named};

/// What holds for the whole policy.
#[derive(Debug, Default)]
pub(super) struct Governance {
    pub(super) pools: Vec<Pool>,
    pub(super) workloads: Vec<Workload>,
    pub(super) roles: Vec<Role>,
    pub(super) budget: Option<Budget>,
}

pub(super) fn resolve(blocks: &[&Block], findings: &mut Findings) -> Governance {
    let mut all = Governance::default();
    for block in blocks {
        match &block.kind {
            BlockKind::Pool(it) => {
                let name = checked(&pool::KIND, it, |_, _| {}, findings);
                all.pools.push(pool::read(name, &it.fields, block.span));
            }
            BlockKind::Workload(it) => {
                let own = |name: &_, problems: &mut _| workload::check(&it.fields, name, problems);
                let name = checked(&workload::KIND, it, own, findings);
                all.workloads.push(workload::read(name, &it.fields, block.span));
            }
            BlockKind::Role(it) => {
                let name =
                    checked(&role::KIND, it, |_, problems| role::check(&it.fields, problems), findings);
                all.roles.push(role::read(name, &it.fields, block.span));
            }
            BlockKind::Budget(fields) => {
                let keyword = keyword("BUDGET", block.span);
                check_fields(&budget::KIND, fields, &keyword, Vec::new(), findings);
                match &all.budget {
                    Some(first) => {
                        findings.push(lint::duplicate_block::second_budget(keyword.span, first.span))
                    }
                    None => all.budget = Some(budget::read(fields, keyword.span)),
                }
            }
            _ => {}
        }
    }
    let names = [
        ("pool", all.pools.iter().map(|it| &it.name).collect::<Vec<_>>()),
        ("workload", all.workloads.iter().map(|it| &it.name).collect()),
        ("role", all.roles.iter().map(|it| &it.name).collect()),
    ];
    for (what, names) in names {
        lint::duplicate_name::check_own(what, &names, findings);
    }
    all
}

/// A block's name, after its fields have been checked.
fn checked(
    kind: &govern::Kind,
    block: &Named,
    own: impl Fn(&Spanned<String>, &mut Vec<Problem>),
    findings: &mut Findings,
) -> Spanned<String> {
    let name = Spanned { it: block.name.text.clone(), span: block.name.span };
    let mut problems = Vec::new();
    own(&name, &mut problems);
    check_fields(kind, &block.fields, &name, problems, findings);
    name
}

fn check_fields(
    kind: &govern::Kind,
    fields: &Fields,
    name: &Spanned<String>,
    mut problems: Vec<Problem>,
    findings: &mut Findings,
) {
    check(fields, kind.fields, name, &mut problems);
    findings.push_own(problems);
}

pub(super) fn assertion(written: &ast::Assert, block: Span, findings: &mut Findings) -> Assertion {
    lint::overridden_item::check_assert(&written.items, findings);
    let (mut description, mut when, mut requirements) = (None, None, Vec::new());
    for item in &written.items {
        match &item.kind {
            AssertItemKind::Description(text) => description = Some(text.it.clone()),
            AssertItemKind::When(condition) => when = Some(condition::resolve(condition, findings)),
            AssertItemKind::Require(it) => requirements.push(requirement(it, findings)),
        }
    }
    let require = match <[Requirement; 1]>::try_from(requirements) {
        Ok([single]) => single,
        // The parser has refused an assertion that requires nothing.
        Err(all) if all.is_empty() => Requirement::Unclear,
        Err(all) => Requirement::All(all),
    };
    let name = Spanned { it: written.name.text.clone(), span: written.name.span };
    Assertion { name, span: block, description, when: when.unwrap_or(Expr::And(Vec::new())), require }
}

fn requirement(written: &ast::Expr<ast::Comparison>, findings: &mut Findings) -> Requirement {
    let mut all = |items: &[ast::Expr<ast::Comparison>]| -> Vec<Requirement> {
        items.iter().map(|item| requirement(item, findings)).collect()
    };
    match written {
        ast::Expr::And(items, _) => Requirement::All(all(items)),
        ast::Expr::Or(items, _) => Requirement::Any(all(items)),
        ast::Expr::Not(inner, _) => Requirement::Not(Box::new(requirement(inner, findings))),
        ast::Expr::Leaf(it) => comparison(it, findings).map_or(Requirement::Unclear, Requirement::Compare),
    }
}

/// `None` where it is reported.
fn comparison(written: &ast::Comparison, findings: &mut Findings) -> Option<Comparison> {
    let Some(attribute) = attribute::find(&written.attribute.it) else {
        findings.push(unknown_attribute::diagnostic(&written.attribute));
        return None;
    };
    let operator = &written.operator;
    let fits = match (operator.it, attribute.kind) {
        (Operator::Has, kind) => matches!(kind, Kind::List | Kind::Names),
        (Operator::Equal | Operator::NotEqual | Operator::In, kind) => {
            !matches!(kind, Kind::List | Kind::Names)
        }
        (_, kind) => matches!(kind, Kind::Number | Kind::Tokens),
    };
    if !fits {
        findings.push(invalid_comparison::operator(&attribute, operator));
        return None;
    }
    let written_values = match (operator.it, written.value.it.as_list()) {
        (Operator::In, Some(list)) if !list.is_empty() => list,
        (Operator::In, _) => {
            findings.push(invalid_comparison::no_list(&written.value));
            return None;
        }
        _ => std::slice::from_ref(&written.value),
    };
    let values: Vec<_> = written_values.iter().map(|value| scalar(&attribute, value, findings)).collect();
    let values = values.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Comparison { attribute, operator: operator.it, values, span: written.span })
}

fn scalar(attribute: &Attribute, value: &Spanned<Value>, findings: &mut Findings) -> Option<Spanned<Scalar>> {
    let Some(it) = attribute.kind.scalar(&value.it) else {
        findings.push(invalid_comparison::value(attribute, value));
        return None;
    };
    if let (Kind::Word(words), Scalar::Text(word)) = (attribute.kind, &it)
        && !words.contains(&word.as_str())
    {
        findings.push(unknown_value::diagnostic(attribute, word, value.span, words.iter().copied()));
        return None;
    }
    Some(Spanned { it, span: value.span })
}
