//! What could not be read, and how to say it: a fault names a token and what was wanted there; the words are
//! found only when it is reported, with the tokens around it in view.

use nom::error::{ErrorKind, ParseError};
use wrp_graph::schema::Span;

use super::token::{Kind, Reader, Tokens};
use super::{MAX_BLOCKS, MAX_DEPTH, MAX_ITEMS, SYNTAX_ERROR, assert, block, mistake, repair, route};
use crate::diagnostic::{Diagnostic, Fix};

/// Cheap to make and to drop, since `alt` and `opt` drop most of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fault {
    /// Index of the token.
    pub(super) at: usize,
    pub(super) wanted: Wanted,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    Sign(char),
    Keyword(&'static str),
    Word,
    Name,
    Text,
    Int,
    Arrow,
    Value,
    /// The value of the field whose name is two tokens back.
    FieldValue,
    FieldName,
    OptionName,
    Condition,
    /// What an `AND`, `OR` or `NOT` at this token applies to.
    Operand,
    Block,
    RouteItem,
    TreeItem,
    AssertItem,
    /// `attribute == value`
    Comparison,
    /// What stands between them.
    Operator,
    /// A `REQUIRE` line in an assertion that ends here.
    Requirement,
    Case,
    OneOf(&'static [&'static str]),
    /// An `ELSE` with a body.
    Otherwise,
    /// The bracket that closes the one at this other token.
    Closing(usize),
    /// A number that fits.
    SmallerNumber,
    ShallowerNesting,
    FewerItems,
    FewerBlocks,
    /// The block at this token is not for recipes.
    NoSuchBlockInRecipe,
    /// The `ELSE` was the last branch.
    NoBranchAfterElse,
}

impl<'a> ParseError<Tokens<'a>> for Fault {
    fn from_error_kind(input: Tokens<'a>, _: ErrorKind) -> Fault {
        Fault { at: input.at, wanted: Wanted::Value }
    }

    fn append(_: Tokens<'a>, _: ErrorKind, other: Fault) -> Fault {
        other
    }

    /// Of several alternatives, the one that came furthest knows best.
    fn or(self, other: Fault) -> Fault {
        if other.at >= self.at { other } else { self }
    }
}

impl Fault {
    pub(super) fn explain(self, reader: &Reader<'_>) -> Diagnostic {
        let mut diagnostic = mistake::common_mistake(self, reader).unwrap_or_else(|| self.plain(reader));
        if let Some(previous) = self.at.checked_sub(1).and_then(|at| reader.token(at))
            && previous.kind == Kind::Text
            && reader.slice(previous.span).contains('\n')
        {
            let message = "this string spans lines; is a `\"` missing?";
            let start = previous.span.start;
            diagnostic = diagnostic.related(Span { start, end: start + 1 }, message);
        }
        diagnostic
    }

    fn plain(self, reader: &Reader<'_>) -> Diagnostic {
        let Fault { at, wanted } = self;
        let span = reader.span_at(at);
        let found = found(at, reader);
        let say = |message: String| Diagnostic::new(&SYNTAX_ERROR, span, message);
        let expected = |what: &str| say(format!("expected {what}, found {found}"));
        let suggest =
            |diagnostic: Diagnostic, known: &[&'static str]| match repair::meant(reader.text_at(at), known) {
                // What stands behind it has not been read, so nobody knows what the word would do there.
                Some(meant) => {
                    let fix = Fix::write(span, meant).to_choose();
                    diagnostic.help(fix.title.clone()).fix(fix)
                }
                None => diagnostic,
            };
        match wanted {
            Wanted::Sign(sign) => expected(&format!("`{sign}`")),
            Wanted::Keyword(keyword) => suggest(expected(&format!("`{keyword}`")), &[keyword]),
            Wanted::Word => expected("a bare name"),
            Wanted::Name => expected("a name"),
            Wanted::Text => expected("a string in `\"` quotes"),
            Wanted::Int => expected("a whole number"),
            Wanted::Arrow => expected("`->`"),
            Wanted::Value => expected("a value"),
            Wanted::FieldValue => {
                let (key, span) = (reader.text_at(at.wrapping_sub(2)), reader.span_at(at.wrapping_sub(2)));
                Diagnostic::new(&SYNTAX_ERROR, span, format!("`{key}` has no value"))
                    .help(format!("write a value after `{key}:`"))
            }
            Wanted::FieldName => expected("a field or `}`").help("write fields as `name: value`"),
            Wanted::OptionName => expected("an option or `)`").help("write options as `name = value`"),
            Wanted::Condition => expected("a condition")
                .help("write a condition as `kind(\"name\")`, for example `domain(\"math\")`"),
            Wanted::Operand => {
                let operator = reader.text_at(at);
                say(format!("`{operator}` has no condition on its right"))
                    .help(format!("complete the condition or remove `{operator}`"))
            }
            Wanted::Block if reader.text_at(at) == "}" => say("this `}` closes nothing".to_owned())
                .help("remove it, or open the block it belongs to")
                .fix(Fix::remove(span, "remove the `}`").to_choose()),
            Wanted::Block => suggest(
                expected("a block").help(format!("begin a block with {}", one_of(block::KEYWORDS))),
                block::KEYWORDS,
            ),
            Wanted::RouteItem => suggest(
                expected("a line of a route").help(format!("begin it with {}", one_of(route::ROUTE_ITEMS))),
                route::ROUTE_ITEMS,
            ),
            Wanted::TreeItem => suggest(
                expected("a line of a branch").help(format!("begin it with {}", one_of(route::TREE_ITEMS))),
                route::TREE_ITEMS,
            ),
            Wanted::AssertItem => suggest(
                expected("a line of an assertion")
                    .help(format!("begin it with {}", one_of(assert::ASSERT_ITEMS))),
                assert::ASSERT_ITEMS,
            ),
            Wanted::Comparison => expected("a comparison").help(
                "write a comparison as `attribute == value`, for example `pool.location == \"on_prem\"`",
            ),
            Wanted::Operator => expected(&one_of(assert::OPERATORS)),
            Wanted::Requirement => say(format!("expected `REQUIRE`, found {found}"))
                .help("say what must hold: `REQUIRE pool.location == \"on_prem\"`"),
            Wanted::Case => expected("a test case").help("write test cases as `\"query\" -> route`"),
            Wanted::OneOf(words) => suggest(expected(&one_of(words)), words),
            Wanted::Otherwise => say(format!("expected `ELSE`, found {found}"))
                .help("end every DECISION_TREE with `ELSE { … }`, so that each request finds a branch"),
            Wanted::Closing(open) => {
                let opener = reader.text_at(open);
                let close = closing(opener.chars().next().unwrap_or_default());
                let message = format!("missing `{close}` before {found}");
                // At the end of the file there is nothing to point at but what was read last.
                let span = if at < reader.tokens.len() { span } else { reader.span_at(at.saturating_sub(1)) };
                Diagnostic::new(&SYNTAX_ERROR, span, message)
                    .help(format!("close the `{opener}` with `{close}`"))
                    .related(reader.span_at(open), format!("this `{opener}` is never closed"))
            }
            Wanted::SmallerNumber => say(format!("the number {found} is out of range"))
                .help("whole numbers go from -9223372036854775808 to 9223372036854775807"),
            Wanted::ShallowerNesting => say("brackets are nested too deeply".to_owned())
                .label(format!("the limit is {MAX_DEPTH}"))
                .help("give parts of the condition a route of their own"),
            Wanted::FewerItems => say("too much between one pair of brackets".to_owned())
                .label(format!("the limit is {MAX_ITEMS}")),
            Wanted::FewerBlocks => say("too many blocks".to_owned())
                .label(format!("the limit is {MAX_BLOCKS}"))
                .help("split the policy into several files"),
            Wanted::NoSuchBlockInRecipe => say(format!("a RECIPE cannot hold {found}"))
                .help("move the block out of the recipe; it belongs to the whole policy"),
            Wanted::NoBranchAfterElse => say(format!("{found} stands after the last `ELSE`"))
                .help("move it before the `ELSE`, which takes everything that is left"),
        }
    }
}

/// What stands at a token, for a message.
pub(super) fn found(at: usize, reader: &Reader<'_>) -> String {
    let Some(token) = reader.token(at) else { return "the end of the file".to_owned() };
    let text = reader.slice(token.span);
    match text.char_indices().nth(30) {
        None if !text.contains('\n') => format!("`{text}`"),
        _ if token.kind == Kind::Text => "a long string".to_owned(),
        cut => {
            let head = text.get(..cut.map_or(text.len(), |(at, _)| at)).unwrap_or_default();
            format!("`{}…`", head.lines().next().unwrap_or_default())
        }
    }
}

/// The bracket that closes another.
pub(super) fn closing(open: char) -> char {
    match open {
        '{' => '}',
        '[' => ']',
        _ => ')',
    }
}

/// A list for a message: `a`, `b` or `c`.
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
