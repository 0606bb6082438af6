//! From text to tree.
//!
//! [`lex`] cuts the text into tokens, the grammar ([`block`], [`route`], [`tree`], [`assert`](mod@assert),
//! [`condition`], [`value`]) is nom combinators over [`token::Tokens`]. [`enclosed`] is where reading goes on after a fault, [`fault`] and
//! [`mistake`] find the words for it, and [`repair`] reads what is wrong but clear.

pub mod ast;
pub mod escape;

mod assert;
mod block;
mod complaints;
mod condition;
pub(crate) mod cursor;
mod enclosed;
mod fault;
mod lex;
mod mistake;
mod places;
mod repair;
mod route;
mod token;
mod tree;
mod value;

#[cfg(test)]
pub(crate) mod tests;

use wrp_graph::schema::Span;

use crate::diagnostic::Diagnostic;
use crate::lint::{SUSPICIOUS_ESCAPE, SYNTAX_ERROR};
use crate::source::Source;
use ast::Ast;
use token::{Reader, Tokens};

/// Longest text that is read, in bytes.
pub const MAX_SOURCE_BYTES: usize = 8 << 20;
/// Deepest nesting of conditions and values.
pub const MAX_DEPTH: u32 = 128;
/// Longest string literal, in bytes as written.
pub const MAX_STRING_BYTES: usize = 256 << 10;
/// Most items between one pair of brackets.
pub const MAX_ITEMS: usize = 1 << 16;
/// Most blocks in one file or recipe.
pub const MAX_BLOCKS: usize = 1 << 16;
/// Most errors that are reported for one file; a note says when there were more.
pub const MAX_ERRORS: usize = 100;

/// Reads a file. Never fails: the tree is what was understood, the diagnostics say what was not.
pub fn parse(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Ast {
    let text = source.text.as_str();
    if text.len() > MAX_SOURCE_BYTES {
        diagnostics.push(
            Diagnostic::new(&SYNTAX_ERROR, Span::default(), "the file is too long to be read")
                .label(format!("{} bytes; the limit is {MAX_SOURCE_BYTES}", text.len()))
                .help("split the policy into several files"),
        );
        return Ast { damaged: true, ..Ast::default() };
    }
    let lexed = lex::lex(text);
    let mut complaints = lexed.complaints;
    for token in &lexed.tokens {
        escape::suspicions(token, text, &mut complaints);
    }
    let reader = Reader::new(text, &lexed.tokens);
    let blocks = block::file(Tokens::new(&reader));
    let (faults, lost) = reader.finish();
    complaints.append(faults);
    diagnostics.append(&mut complaints.finish());
    Ast { blocks, comments: lexed.comments, damaged: lost || lexed.lost }
}
