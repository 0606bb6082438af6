//! Printing a policy in its canonical layout: comments, trees and literals stay, only the layout changes.
//!
//! [`print()`] walks the tree and writes to a [`page::Page`], which puts the comments where they belong;
//! [`layout`] decides what fits on a line. What was broken over lines stays broken; what is too long gets broken.
//! The result is read again and compared before anybody sees it.

mod layout;
mod page;
mod print;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Level};
use crate::source::Source;
use crate::syntax::ast::Ast;
use crate::syntax::parse;

/// Why a text was not formatted.
#[derive(Clone, Debug)]
pub enum FormatRefused {
    /// It is not in the language; these are the errors.
    Syntax(Vec<Diagnostic>),
    /// The result would not have meant the same, or would have lost a comment: a fault of the formatter.
    Unfaithful,
}

/// The text in its canonical layout. Formatting twice is formatting once.
pub fn format(source: &Source) -> Result<String, FormatRefused> {
    let ast = read(source)?;
    let text = print::with_source(&ast, &source.text);
    let formatted = Source::new(source.name.as_str(), text);
    let again = read(&formatted).map_err(|_| FormatRefused::Unfaithful)?;
    let comments = |ast: &Ast, source: &Source| -> Vec<String> {
        ast.comments.iter().map(|comment| source.slice(*comment).trim_end().to_owned()).collect()
    };
    if comments(&ast, source) != comments(&again, &formatted)
        || ast.without_places() != again.without_places()
    {
        return Err(FormatRefused::Unfaithful);
    }
    Ok(formatted.text)
}

/// The text of a tree that no file holds, such as one made from another format.
pub fn print(ast: &Ast) -> String {
    print::without_source(ast)
}

fn read(source: &Source) -> Result<Ast, FormatRefused> {
    let mut diagnostics = Vec::new();
    let ast = parse(source, &mut diagnostics);
    diagnostics.retain(|diagnostic| diagnostic.level == Level::Error);
    match diagnostics.is_empty() {
        true => Ok(ast),
        false => Err(FormatRefused::Syntax(diagnostics)),
    }
}
