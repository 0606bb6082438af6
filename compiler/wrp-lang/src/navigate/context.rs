//! What a place in a text is inside of, read from the tokens before it: the text may be broken there, since somebody
//! is writing it.

use wrp_graph::schema::{Field, Shape, Span};
use wrp_graph::signal;

use super::{Mention, Space, Subject};
use crate::algorithm;
use crate::govern;
use crate::resolve::{condition, emit, entrypoint, model, plugin, projection, route, routing, scope};
use crate::syntax::cursor::{Piece, Sort, pieces};

/// What is wanted at a place.
#[derive(Debug)]
pub(super) enum Wanted<'t> {
    Block {
        in_recipe: bool,
    },
    SignalKind,
    ProjectionKind,
    PluginKind,
    /// A line of a route, or of a branch.
    Item {
        in_tree: bool,
    },
    /// `IF` or `ELSE`.
    Branch,
    Condition,
    /// `AND`, `OR` or the next line.
    Operator {
        in_tree: bool,
    },
    /// What a test of this kind names.
    Tested(&'t str),
    /// An option of a test, a header or a model, or a field, of those that are not there yet.
    Field {
        schema: &'static [Field],
        present: Vec<&'t str>,
        sign: char,
    },
    /// The value of a field.
    Value {
        field: &'static Field,
    },
    Model,
    Algorithm,
    Plugin,
    Route,
    OneOf(&'static [&'static str]),
    Nothing,
}

/// A place, what is wanted there and what is there already.
#[derive(Debug)]
pub(super) struct Context<'t> {
    pub(super) wanted: Wanted<'t>,
    /// What a suggestion replaces.
    pub(super) span: Span,
    /// Whether the place is between quotation marks.
    pub(super) in_string: bool,
    /// The family of a score's input, where one is written beside it.
    pub(super) family: Option<&'t str>,
    /// Where the recipe begins that the place is in.
    pub(super) recipe: Option<u32>,
}

/// What a bracket encloses.
#[derive(Clone, Copy)]
enum Inside {
    File,
    Recipe(u32),
    Route,
    Tree,
    Branch,
    Loop,
    Test,
    Fields(&'static [Field]),
    /// Options with this sign, of a header, a model or a test.
    Options(&'static [Field], char),
    Tested,
    List(&'static Field, Option<&'static Shape>),
    Group {
        in_tree: bool,
    },
    Unknown,
}

struct Frame<'t> {
    inside: Inside,
    /// What stands in it so far; a closed bracket is one piece.
    pieces: Vec<Piece<'t>>,
    /// The kind that stands before the parenthesis of a test.
    kind: &'t str,
}

pub(super) fn context<'t>(text: &'t str, place: u32, mentions: &[Mention]) -> Context<'t> {
    let (before, here) = pieces(text, place);
    let mut stack = vec![Frame { inside: Inside::File, pieces: Vec::new(), kind: "" }];
    for piece in before {
        let Some(top) = stack.last_mut() else { break };
        match piece.sort {
            Sort::Sign(open @ ('{' | '[' | '(')) => {
                let inside = enters(top, open, mentions);
                let kind = top.pieces.last().map_or("", |last| last.text);
                stack.push(Frame { inside, pieces: Vec::new(), kind });
            }
            Sort::Sign(close @ ('}' | ']' | ')')) => {
                if stack.len() > 1 {
                    stack.pop();
                }
                if let Some(outer) = stack.last_mut() {
                    match (outer.inside, close) {
                        (Inside::File | Inside::Recipe(_), '}') => outer.pieces.clear(),
                        _ => outer.pieces.push(Piece { sort: Sort::Group, ..piece }),
                    }
                }
            }
            _ => top.pieces.push(piece),
        }
    }
    let recipe = stack.iter().rev().find_map(|frame| match frame.inside {
        Inside::Recipe(start) => Some(start),
        _ => None,
    });
    let (span, in_string) = match here {
        Some(piece) => (piece.span, piece.sort == Sort::Text),
        None => (Span { start: place, end: place }, false),
    };
    let wanted = match here {
        Some(Piece { sort: Sort::Comment, .. }) => Wanted::Nothing,
        _ => stack.last().map_or(Wanted::Nothing, wanted),
    };
    let family = stack.last().and_then(|frame| value_of(&frame.pieces, "type"));
    Context { wanted, span, in_string, family, recipe }
}

/// What an opening bracket begins.
fn enters<'t>(outer: &Frame<'t>, open: char, mentions: &[Mention]) -> Inside {
    let line = outer.line();
    let word = |at: usize| line.get(at).map_or("", |piece| piece.text);
    match (outer.inside, open) {
        (Inside::File | Inside::Recipe(_), '{') => match word(0) {
            "ROUTING" if matches!(outer.inside, Inside::File) => Inside::Fields(routing::TOP_FIELDS),
            "ROUTING" => Inside::Fields(routing::RECIPE_FIELDS),
            "ENTRYPOINT" => Inside::Fields(entrypoint::FIELDS),
            "RECIPE" => Inside::Recipe(line.first().map_or(0, |piece| piece.span.start)),
            "SIGNAL" => Inside::Fields(signal::find(word(1)).map_or(&[], |kind| kind.fields)),
            "PROJECTION" => match word(1) {
                "partition" => Inside::Fields(projection::PARTITION),
                "score" => Inside::Fields(projection::SCORE),
                "mapping" => Inside::Fields(projection::MAPPING),
                _ => Inside::Unknown,
            },
            "ROUTE" => Inside::Route,
            "DECISION_TREE" => Inside::Tree,
            "MODEL" => Inside::Fields(model::FIELDS),
            "PLUGIN" => Inside::Fields(plugin_fields(word(2))),
            "TEST" => Inside::Test,
            ours => match govern::KINDS.iter().find(|kind| kind.name == ours && !kind.fields.is_empty()) {
                Some(kind) => Inside::Fields(kind.fields),
                None => Inside::Unknown,
            },
        },
        (Inside::File | Inside::Recipe(_), '(') => match word(0) {
            "ROUTE" => Inside::Options(route::OPTIONS, '='),
            "RECIPE" => Inside::Options(scope::OPTIONS, '='),
            _ => Inside::Unknown,
        },
        (Inside::Tree, '{') => Inside::Branch,
        (Inside::Route | Inside::Branch, '{') => match word(0) {
            "ALGORITHM" => Inside::Fields(algorithm::find(word(1)).map_or(&[], |kind| kind.fields)),
            "PLUGIN" => Inside::Fields(plugin_fields(template_kind(word(1), mentions).unwrap_or(word(1)))),
            "EMIT" => Inside::Fields(emit::FIELDS),
            "FOR" => Inside::Loop,
            _ => Inside::Unknown,
        },
        (Inside::Route | Inside::Branch | Inside::Loop, '(') if word(0) == "MODEL" => {
            Inside::Options(model::REFERENCE, '=')
        }
        (Inside::Route | Inside::Tree | Inside::Group { .. }, '(') => {
            let operator = |text: &str| matches!(text, "WHEN" | "IF" | "NOT" | "AND" | "OR");
            match outer.pieces.last() {
                Some(last) if last.sort == Sort::Word && !operator(last.text) => Inside::Tested,
                _ => Inside::Group { in_tree: outer.in_tree() },
            }
        }
        (Inside::Fields(_) | Inside::Options(..) | Inside::Tested | Inside::List(..), _) => {
            inside_value(outer, open)
        }
        _ => Inside::Unknown,
    }
}

/// What a bracket begins that is a value, by the shape that is wanted there.
fn inside_value(outer: &Frame<'_>, open: char) -> Inside {
    let (field, shape) = match outer.inside {
        Inside::List(field, shape) => (Some(field), shape),
        _ => {
            let field = outer.open_field();
            (field, field.map(|field| &field.shape))
        }
    };
    let (Some(field), Some(shape)) = (field, shape) else { return Inside::Unknown };
    let shapes = match shape {
        Shape::Either(shapes) => shapes,
        one => std::slice::from_ref(one),
    };
    let found = shapes.iter().find_map(|shape| match (shape, open) {
        (Shape::Object(schema), '{') => Some(Inside::Fields(schema)),
        (Shape::List(item), '[') => Some(Inside::List(field, Some(*item))),
        _ => None,
    });
    found.unwrap_or(Inside::Unknown)
}

fn wanted<'t>(frame: &Frame<'t>) -> Wanted<'t> {
    let line = frame.line();
    let word = |at: usize| line.get(at).map_or("", |piece| piece.text);
    match frame.inside {
        Inside::File | Inside::Recipe(_) => match (word(0), line.len()) {
            ("SIGNAL", 1) => Wanted::SignalKind,
            ("PROJECTION", 1) => Wanted::ProjectionKind,
            ("PLUGIN", 2) => Wanted::PluginKind,
            (_, 0) => Wanted::Block { in_recipe: matches!(frame.inside, Inside::Recipe(_)) },
            _ => Wanted::Nothing,
        },
        Inside::Route => of_item(line, false),
        Inside::Branch => of_item(line, true),
        Inside::Tree => match word(0) {
            "IF" => of_condition(line, true),
            _ => Wanted::Branch,
        },
        Inside::Group { in_tree } => of_condition(&frame.pieces, in_tree),
        Inside::Loop => match line.len() {
            0 => Wanted::OneOf(&["MODEL"]),
            _ => Wanted::Nothing,
        },
        Inside::Test => match frame.pieces.last().map(|last| last.sort) {
            Some(Sort::Arrow) => Wanted::Route,
            _ => Wanted::Nothing,
        },
        Inside::Tested if frame.pieces.is_empty() => Wanted::Tested(frame.kind),
        Inside::Tested => of_fields(frame, condition::ARGUMENTS, ':'),
        Inside::Fields(schema) => of_fields(frame, schema, ':'),
        Inside::Options(schema, sign) => of_fields(frame, schema, sign),
        Inside::List(field, Some(Shape::Object(_))) if field.name != "members" => Wanted::Nothing,
        Inside::List(field, _) => Wanted::Value { field },
        Inside::Unknown => Wanted::Nothing,
    }
}

/// Behind the words of a route's line.
fn of_item<'t>(line: &[Piece<'t>], in_tree: bool) -> Wanted<'t> {
    let next = Wanted::Item { in_tree };
    let Some(first) = line.first() else { return next };
    let last = line.last().unwrap_or(first);
    match first.text {
        "WHEN" => of_condition(line, in_tree),
        "MODEL" if line.len() == 1 || last.text == "," => Wanted::Model,
        "ALGORITHM" if line.len() == 1 => Wanted::Algorithm,
        "PLUGIN" if line.len() == 1 => Wanted::Plugin,
        "ON_UNKNOWN" if line.len() == 1 => Wanted::OneOf(&["skip", "match", "deny"]),
        "EMIT" if line.len() == 1 => Wanted::OneOf(&["retention"]),
        "FOR" if line.len() == 2 => Wanted::OneOf(&["IN"]),
        "FOR" if line.len() == 3 => Wanted::OneOf(&["decision.candidates"]),
        "FOR" | "PRIORITY" | "TIER" | "DESCRIPTION" | "NAME" if line.len() == 1 => Wanted::Nothing,
        _ => next,
    }
}

fn of_condition<'t>(line: &[Piece<'t>], in_tree: bool) -> Wanted<'t> {
    match line.last() {
        Some(last) if last.sort == Sort::Group => Wanted::Operator { in_tree },
        _ => Wanted::Condition,
    }
}

/// A field's name, or the value of one whose sign is there.
fn of_fields<'t>(frame: &Frame<'t>, schema: &'static [Field], sign: char) -> Wanted<'t> {
    if frame.pieces.last().is_some_and(|last| matches!(last.sort, Sort::Sign(':' | '='))) {
        return frame.open_field().map_or(Wanted::Nothing, |field| Wanted::Value { field });
    }
    let keys = frame.pieces.windows(2).filter(|pair| matches!(pair[1].sort, Sort::Sign(':' | '=')));
    let present = keys.map(|pair| pair[0].text).collect();
    Wanted::Field { schema, present, sign }
}

impl<'t> Frame<'t> {
    /// From the last keyword that begins something here.
    fn line(&self) -> &[Piece<'t>] {
        let keywords: &[&str] = match self.inside {
            Inside::File | Inside::Recipe(_) => crate::syntax::cursor::BLOCKS,
            Inside::Route => crate::syntax::cursor::ROUTE_ITEMS,
            Inside::Branch => crate::syntax::cursor::TREE_ITEMS,
            Inside::Tree => &["IF", "ELSE"],
            Inside::Loop => &["MODEL"],
            _ => return &self.pieces,
        };
        let begins = |piece: &Piece<'_>| piece.sort == Sort::Word && keywords.contains(&piece.text);
        match self.pieces.iter().rposition(begins) {
            Some(at) => self.pieces.get(at..).unwrap_or_default(),
            None => &[],
        }
    }

    fn in_tree(&self) -> bool {
        matches!(self.inside, Inside::Tree | Inside::Branch | Inside::Group { in_tree: true })
    }

    /// The field whose value is being written.
    fn open_field(&self) -> Option<&'static Field> {
        let schema = match self.inside {
            Inside::Fields(schema) | Inside::Options(schema, _) => schema,
            Inside::Tested => condition::ARGUMENTS,
            _ => return None,
        };
        let at = self.pieces.iter().rposition(|piece| matches!(piece.sort, Sort::Sign(':' | '=')))?;
        let key = self.pieces.get(at.checked_sub(1)?)?;
        schema.iter().find(|field| field.name == key.text)
    }
}

/// The value of a field that stands beside, without its quotation marks.
fn value_of<'t>(pieces: &[Piece<'t>], key: &str) -> Option<&'t str> {
    let at = pieces.windows(2).position(|pair| pair[0].text == key && pair[1].sort == Sort::Sign(':'))?;
    Some(pieces.get(at + 2)?.text.trim_matches('"'))
}

fn plugin_fields(kind: &str) -> &'static [Field] {
    plugin::find(&plugin::normalised(kind)).map_or(&[], |kind| kind.fields)
}

/// The type of a template, which stands behind its name.
fn template_kind(name: &str, mentions: &[Mention]) -> Option<&'static str> {
    let name = name.trim_matches('"');
    let at = mentions.iter().position(|it| {
        it.declares()
            && it.symbol().is_some_and(|symbol| symbol.space == Space::Plugin && symbol.name == name)
    })?;
    match mentions.get(at + 1)?.subject {
        Subject::Page { name, .. } => Some(name),
        _ => None,
    }
}
