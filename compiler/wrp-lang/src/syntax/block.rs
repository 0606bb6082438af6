//! Blocks, and the file that is made of them.

use nom::Parser;
use wrp_graph::schema::Spanned;

use super::assert::assert;
use super::ast::{
    Block, BlockKind, HeaderOption, Model, Name, Named, PluginTemplate, Projection, Recipe, Signal, Test,
    TestCase,
};
use super::enclosed::{Commas, Enclosure, deeper, enclosed, fault, skip_group};
use super::fault::{Fault, Wanted};
use super::route::route;
use super::token::{Kind, Parsed, Tokens, word};
use super::tree::tree;
use super::value::{expected, fields, header_options, name, text};
use super::{MAX_BLOCKS, SYNTAX_ERROR, mistake, repair};
use crate::diagnostic::{Diagnostic, Fix};

pub(super) const KEYWORDS: &[&str] = &[
    "ROUTING",
    "ENTRYPOINT",
    "RECIPE",
    "SIGNAL",
    "PROJECTION",
    "ROUTE",
    "DECISION_TREE",
    "MODEL",
    "PLUGIN",
    "TEST",
    "POOL",
    "WORKLOAD",
    "ROLE",
    "ASSERT",
    "BUDGET",
];
pub(super) const PROJECTION_KINDS: &[&str] = &["partition", "score", "mapping"];
/// What belongs to the whole policy, not to one recipe.
pub(super) const GLOBAL: &[&str] = &["MODEL", "ENTRYPOINT", "RECIPE", "POOL", "WORKLOAD", "ROLE", "BUDGET"];

/// All blocks of a file, to its end.
pub(super) fn file(mut input: Tokens<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    while !input.is_at_end() {
        input = match block(input) {
            Ok((rest, block)) => {
                match blocks.len() < MAX_BLOCKS {
                    true => blocks.push(block),
                    false => input.reader.report(Fault { at: input.at, wanted: Wanted::FewerBlocks }),
                }
                rest
            }
            Err(error) => next_block(input, fault(error, input)),
        };
    }
    blocks
}

/// Reports a fault in a block's head and finds the next block.
fn next_block<'a>(block: Tokens<'a>, fault: Fault) -> Tokens<'a> {
    block.reader.report(fault);
    let mut input = block.moved_to(fault.at.max(block.at + 1));
    while !input.is_at_end() && !begins(input) {
        let before = input.at;
        input = skip_group(input);
        // A brace that closes nothing here.
        if input.at == before {
            input = input.skip(1);
        }
    }
    input
}

/// Whether a block surely begins here: these words are not reserved, so what follows must look like its head.
pub(super) fn begins(input: Tokens<'_>) -> bool {
    let keyword = input.peek_text(0);
    if !input.sees(0, Kind::Word) || !KEYWORDS.contains(&keyword) {
        return false;
    }
    // A head that is broken still counts at the start of a line, unless a route might have such a line.
    let on_its_own = !matches!(keyword, "MODEL" | "PLUGIN")
        && input.reader.starts_line(input.at)
        && (input.sees_name(1) || input.sees_sign(1, '{'));
    on_its_own || has_head(keyword, input)
}

/// Whether what stands behind the first token is the head of such a block.
fn has_head(keyword: &str, input: Tokens<'_>) -> bool {
    let brace = |ahead| input.sees_sign(ahead, '{');
    match keyword {
        "ROUTING" | "ENTRYPOINT" | "BUDGET" => brace(1),
        "RECIPE" | "ROUTE" => input.sees_name(1) && (brace(2) || input.sees_sign(2, '(')),
        "SIGNAL" | "PROJECTION" => input.sees(1, Kind::Word) && input.sees_name(2) && brace(3),
        "PLUGIN" => input.sees_name(1) && input.sees(2, Kind::Word) && brace(3),
        _ => input.sees_name(1) && brace(2),
    }
}

fn block(input: Tokens<'_>) -> Parsed<'_, Block> {
    let Some(keyword) = block_keyword(input) else { return input.fails(Wanted::Block) };
    let rest = input.skip(1);
    let (rest, kind) = match keyword {
        "RECIPE" => recipe.map(BlockKind::Recipe).parse(rest),
        _ => flat_block(keyword, rest),
    }?;
    Ok((rest, Block { span: input.span_to(rest), kind }))
}

/// A block that holds no other. Apart from the recipe, so that recipes in recipes do not take its room on the stack.
fn flat_block<'a>(keyword: &str, rest: Tokens<'a>) -> Parsed<'a, BlockKind> {
    match keyword {
        "ROUTING" => fields.map(BlockKind::Routing).parse(rest),
        "ENTRYPOINT" => fields.map(BlockKind::Entrypoint).parse(rest),
        "SIGNAL" => signal.map(BlockKind::Signal).parse(rest),
        "PROJECTION" => projection.map(BlockKind::Projection).parse(rest),
        "ROUTE" => route.map(BlockKind::Route).parse(rest),
        "DECISION_TREE" => tree.map(BlockKind::Tree).parse(rest),
        "MODEL" => model.map(BlockKind::Model).parse(rest),
        "PLUGIN" => plugin.map(BlockKind::Plugin).parse(rest),
        "TEST" => test.map(BlockKind::Test).parse(rest),
        "POOL" => named.map(BlockKind::Pool).parse(rest),
        "WORKLOAD" => named.map(BlockKind::Workload).parse(rest),
        "ROLE" => named.map(BlockKind::Role).parse(rest),
        "ASSERT" => assert.map(BlockKind::Assert).parse(rest),
        _ => fields.map(BlockKind::Budget).parse(rest),
    }
}

/// The keyword that stands here, or was meant.
fn block_keyword(input: Tokens<'_>) -> Option<&'static str> {
    if !input.sees(0, Kind::Word) {
        return None;
    }
    let written = input.peek_text(0);
    if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == written) {
        return Some(keyword);
    }
    let meant = repair::meant(written, KEYWORDS)
        .filter(|meant| has_head(meant, input) && !mistake::is_foreign_block(written))?;
    let span = input.reader.span_at(input.at);
    let diagnostic = Diagnostic::new(&SYNTAX_ERROR, span, format!("there is no block `{written}`"));
    let fix = Fix::write(span, meant);
    input.reader.repair(input.at, diagnostic.help(fix.title.clone()).fix(fix));
    Some(meant)
}

fn recipe(input: Tokens<'_>) -> Parsed<'_, Recipe> {
    const BRACES: Enclosure =
        Enclosure { open: '{', commas: Commas::Never, starts: begins, ends: leaves_recipe };
    // Recipes in recipes are refused, but they are read before.
    let body = deeper(enclosed(BRACES, recipe_block)).map(|body| body.items.into_iter().flatten().collect());
    (name, header_options, body)
        .map(|(name, options, blocks): (Name, Vec<HeaderOption>, _)| Recipe { name, options, blocks })
        .parse(input)
}

/// A block of a recipe; one that is not for recipes is read, reported and left out.
fn recipe_block(input: Tokens<'_>) -> Parsed<'_, Option<Block>> {
    let global = GLOBAL.contains(&input.peek_text(0));
    let (rest, block) = block(input)?;
    if global {
        input.reader.report(Fault { at: input.at, wanted: Wanted::NoSuchBlockInRecipe });
    }
    Ok((rest, (!global).then_some(block)))
}

/// An entrypoint or a recipe at the margin shows that the brace of the recipe before it is missing.
fn leaves_recipe(input: Tokens<'_>) -> bool {
    let start = input.reader.span_at(input.at).start as usize;
    let at_margin = input.reader.text.get(..start).is_some_and(|before| before.ends_with('\n'));
    at_margin && matches!(input.peek_text(0), "ENTRYPOINT" | "RECIPE") && begins(input)
}

fn signal(input: Tokens<'_>) -> Parsed<'_, Signal> {
    (word, name, fields).map(|(kind, name, fields)| Signal { kind, name, fields }).parse(input)
}

fn projection(input: Tokens<'_>) -> Parsed<'_, Projection> {
    (projection_kind, name, fields).map(|(kind, name, fields)| Projection { kind, name, fields }).parse(input)
}

fn projection_kind(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    match input.sees(0, Kind::Word) && PROJECTION_KINDS.contains(&input.peek_text(0)) {
        true => word(input),
        false => input.fails(Wanted::OneOf(PROJECTION_KINDS)),
    }
}

fn model(input: Tokens<'_>) -> Parsed<'_, Model> {
    (name, fields).map(|(name, fields)| Model { name, fields }).parse(input)
}

fn named(input: Tokens<'_>) -> Parsed<'_, Named> {
    (name, fields).map(|(name, fields)| Named { name, fields }).parse(input)
}

fn plugin(input: Tokens<'_>) -> Parsed<'_, PluginTemplate> {
    (name, word, fields).map(|(name, kind, fields)| PluginTemplate { name, kind, fields }).parse(input)
}

fn test(input: Tokens<'_>) -> Parsed<'_, Test> {
    const BRACES: Enclosure = Enclosure {
        open: '{',
        commas: Commas::Never,
        starts: |input| input.sees(0, Kind::Text) && input.sees(1, Kind::Arrow),
        ends: |_| false,
    };
    (name, enclosed(BRACES, case)).map(|(name, body)| Test { name, cases: body.items }).parse(input)
}

/// `"query" -> route`
fn case(input: Tokens<'_>) -> Parsed<'_, TestCase> {
    let (rest, query) = expected(Wanted::Case, text)(input)?;
    let (rest, _) = repair::arrow(rest)?;
    let (rest, route) = name(rest)?;
    Ok((rest, TestCase { query, route }))
}
