#![doc = include_str!("mixed_tree.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::resolve::findings::Findings;
use crate::syntax::ast::{Block, BlockKind};

pub static MIXED_TREE: Lint = Lint {
    code: "WRP0225",
    name: "mixed-tree",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("mixed_tree.md"),
};

pub(crate) fn check(blocks: &[&Block], findings: &mut Findings) {
    let route = blocks.iter().find_map(|block| match &block.kind {
        BlockKind::Route(route) => Some(&route.name),
        _ => None,
    });
    let Some(route) = route else { return };
    for block in blocks {
        if let BlockKind::Tree(tree) = &block.kind {
            let message = format!("tree `{}` and route `{}` stand in one scope", tree.name.text, route.text);
            findings.push(
                Diagnostic::new(&MIXED_TREE, tree.name.span, message)
                    .help("make the route a branch of the tree, or move the tree into a RECIPE")
                    .related(route.span, "the route is here"),
            );
        }
    }
}
