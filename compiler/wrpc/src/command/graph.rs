//! `wrpc graph`: signals, routes and models as a drawing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use wrp_lang::policy::{Expr, Policy, Recipe, Term};

use super::Exit;
use crate::{Console, policy};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wrpc graph policy.wrp --format dot | dot -Tsvg > policy.svg\n  \
                        wrpc graph policy.wrp --format mermaid")]
pub(crate) struct Args {
    policy: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: Language,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Language {
    #[default]
    Dot,
    Mermaid,
}

/// An arrow between two nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: Node,
    to: Node,
    /// The condition holds where this does not.
    negated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// `family:name`
    Signal(String),
    Score(String),
    Route(String),
    Model(String),
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load_one(&arguments.policy, console)? else { return Ok(Exit::Findings) };
    match arguments.format {
        Language::Dot => dot(&loaded.policy, console),
        Language::Mermaid => mermaid(&loaded.policy, console),
    }
}

fn edges(policy: &Policy, recipe: &Recipe) -> BTreeSet<Edge> {
    let mut edges = BTreeSet::new();
    let mut add = |from: Node, to: Node, negated: bool| {
        edges.insert(Edge { from, to, negated });
    };
    for score in &recipe.scores {
        for input in &score.inputs {
            let from = match &input.term {
                Term::Binary { kind, name, .. }
                | Term::Confidence { kind, name }
                | Term::Raw { kind, name } => Node::Signal(format!("{kind}:{name}")),
                Term::Score { name } => Node::Score(name.clone()),
                Term::Output { name } => Node::Signal(format!("projection:{name}")),
                Term::KbMetric { kb, metric } => Node::Signal(format!("kb:{kb}.{metric}")),
            };
            add(from, Node::Score(score.name.it.clone()), false);
        }
    }
    for mapping in &recipe.mappings {
        for output in &mapping.outputs {
            let band = Node::Signal(format!("projection:{}", output.name.it));
            add(Node::Score(mapping.source.it.clone()), band, false);
        }
    }
    for route in &recipe.routes {
        let node = Node::Route(route.name.it.clone());
        leaves(&route.when, false, &mut |key, negated| add(Node::Signal(key), node.clone(), negated));
        for model in &route.models {
            add(node.clone(), Node::Model(model.name.it.clone()), false);
        }
    }
    if let Some(default) = &policy.default_model {
        add(Node::Route("(no route)".to_owned()), Node::Model(default.it.clone()), false);
    }
    edges
}

fn leaves(when: &Expr, negated: bool, found: &mut dyn FnMut(String, bool)) {
    match when {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| leaves(part, negated, found)),
        Expr::Not(inner) => leaves(inner, !negated, found),
        Expr::Leaf(leaf) => found(format!("{}:{}", leaf.kind, leaf.name), negated),
    }
}

impl Node {
    fn text(&self) -> &str {
        match self {
            Node::Signal(text) | Node::Score(text) | Node::Route(text) | Node::Model(text) => text,
        }
    }

    /// Unique in the drawing: the same word may be a route in two recipes.
    fn id(&self, recipe: usize) -> String {
        match self {
            Node::Signal(text) => format!("{recipe} signal {text}"),
            Node::Score(text) => format!("{recipe} score {text}"),
            Node::Route(text) => format!("{recipe} route {text}"),
            Node::Model(text) => format!("model {text}"),
        }
    }
}

fn nodes(edges: &BTreeSet<Edge>) -> BTreeSet<&Node> {
    edges.iter().flat_map(|edge| [&edge.from, &edge.to]).collect()
}

fn dot(policy: &Policy, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    writeln!(console.out, "digraph policy {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];")?;
    for (number, recipe) in policy.recipes.iter().enumerate() {
        let edges = edges(policy, recipe);
        writeln!(
            console.out,
            "  subgraph {} {{\n    label={};",
            quoted(&format!("cluster_{number}")),
            quoted(&recipe.name)
        )?;
        let (models, others): (Vec<_>, Vec<_>) =
            nodes(&edges).into_iter().partition(|it| matches!(it, Node::Model(_)));
        for node in others {
            let shape = match node {
                Node::Signal(_) => "ellipse",
                Node::Score(_) => "diamond",
                Node::Route(_) | Node::Model(_) => "box",
            };
            writeln!(
                console.out,
                "    {} [label={} shape={shape}];",
                quoted(&node.id(number)),
                quoted(node.text())
            )?;
        }
        writeln!(console.out, "  }}")?;
        for node in models {
            let (id, label) = (quoted(&node.id(number)), quoted(node.text()));
            writeln!(console.out, "  {id} [label={label} shape=cylinder];")?;
        }
        for edge in &edges {
            let style = if edge.negated { " [style=dashed label=not]" } else { "" };
            writeln!(
                console.out,
                "  {} -> {}{style};",
                quoted(&edge.from.id(number)),
                quoted(&edge.to.id(number))
            )?;
        }
    }
    writeln!(console.out, "}}")?;
    Ok(Exit::Fine)
}

fn mermaid(policy: &Policy, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    // Mermaid's names are plain words: nodes are numbered.
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "#quot;"));
    writeln!(console.out, "flowchart LR")?;
    let all: Vec<BTreeSet<Edge>> = policy.recipes.iter().map(|recipe| edges(policy, recipe)).collect();
    let mut ids: Vec<String> = Vec::new();
    let mut number_of = |id: String| match ids.iter().position(|known| *known == id) {
        Some(at) => (at, false),
        None => {
            ids.push(id);
            (ids.len() - 1, true)
        }
    };
    for (recipe, edges) in all.iter().enumerate() {
        for node in nodes(edges) {
            let (number, new) = number_of(node.id(recipe));
            let label = quoted(node.text());
            let drawn = match node {
                Node::Signal(_) => format!("n{number}([{label}])"),
                Node::Score(_) => format!("n{number}{{{{{label}}}}}"),
                Node::Route(_) => format!("n{number}[{label}]"),
                Node::Model(_) => format!("n{number}[({label})]"),
            };
            if new {
                writeln!(console.out, "  {drawn}")?;
            }
        }
        for edge in edges {
            let (from, _) = number_of(edge.from.id(recipe));
            let (to, _) = number_of(edge.to.id(recipe));
            let arrow = if edge.negated { "-. not .->" } else { "-->" };
            writeln!(console.out, "  n{from} {arrow} n{to}")?;
        }
    }
    Ok(Exit::Fine)
}
