//! The tokens before a place, for whoever completes what is being written there.

use wrp_graph::schema::Span;

use super::lex;
use super::token::Kind;

pub(crate) const BLOCKS: &[&str] = super::block::KEYWORDS;
pub(crate) const ROUTE_ITEMS: &[&str] = super::route::ROUTE_ITEMS;
pub(crate) const TREE_ITEMS: &[&str] = super::route::TREE_ITEMS;
pub(crate) const PROJECTION_KINDS: &[&str] = super::block::PROJECTION_KINDS;
pub(crate) const GLOBAL: &[&str] = super::block::GLOBAL;

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'t> {
    pub(crate) sort: Sort,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Word,
    Text,
    Number,
    Arrow,
    Sign(char),
    Comment,
    /// A bracket with all that is in it; no token is one.
    Group,
}

/// The tokens that end before a place, and the word, string or comment that it is in or right behind. Of a string the
/// span lies between its quotation marks.
pub(crate) fn pieces(text: &str, place: u32) -> (Vec<Piece<'_>>, Option<Piece<'_>>) {
    let lexed = lex::lex(text);
    if lexed.comments.iter().any(|comment| comment.start < place && place <= comment.end) {
        let span = Span { start: place, end: place };
        return (Vec::new(), Some(Piece { sort: Sort::Comment, text: "", span }));
    }
    let mut before = Vec::new();
    for token in lexed.tokens {
        let Span { start, end } = token.span;
        let written = text.get(start as usize..end as usize).unwrap_or_default();
        let sort = match token.kind {
            Kind::Word => Sort::Word,
            Kind::Text => Sort::Text,
            Kind::Int | Kind::Float => Sort::Number,
            Kind::Arrow => Sort::Arrow,
            Kind::Sign(sign) => Sort::Sign(sign),
            Kind::Other => continue,
        };
        if start >= place {
            break;
        }
        let closed = written.len() > 1 && written.ends_with('"');
        match sort {
            Sort::Word if place <= end => {
                return (before, Some(Piece { sort, text: written, span: token.span }));
            }
            Sort::Text if place < end || (place == end && !closed) => {
                let span = Span { start: start + 1, end: if closed { end - 1 } else { place } };
                return (before, Some(Piece { sort, text: written, span }));
            }
            _ => before.push(Piece { sort, text: written, span: token.span }),
        }
    }
    (before, None)
}
