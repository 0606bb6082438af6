//! The texts that an editor has open, and what is known of each. Each is a policy of its own, as for `wrpc check`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    DidChangeTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, Position, Range,
    TextDocumentPositionParams, TextEdit, Uri,
};
use wrp_graph::schema::{Edit, Span};
use wrp_lang::diagnostic::Diagnostic;
use wrp_lang::navigate::{self, Mention};
use wrp_lang::source::Source;
use wrp_lang::syntax;
use wrp_lang::syntax::ast::Ast;

use super::encoding::{Encoding, Lines};
use crate::project::Project;

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) encoding: Encoding,
    documents: BTreeMap<String, Document>,
}

#[derive(Debug)]
pub(super) struct Document {
    pub(super) uri: Uri,
    version: i32,
    /// Newer than `known` while somebody types.
    text: String,
    encoding: Encoding,
    pub(super) known: Known,
    /// Whether the editor has been told.
    told: bool,
}

/// What is known of a text.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) source: Source,
    pub(super) ast: Ast,
    pub(super) mentions: Vec<Mention>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The project that the file belongs to, and where in it.
    project: Option<(Project, PathBuf)>,
}

impl Workspace {
    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let document = Document {
            known: Known::of(&item.uri, String::new()),
            encoding: self.encoding,
            version: item.version,
            text: item.text,
            told: false,
            uri: item.uri,
        };
        self.documents.insert(document.uri.as_str().to_owned(), document);
    }

    pub(super) fn change(&mut self, params: DidChangeTextDocumentParams) {
        let Some(document) = self.documents.get_mut(params.text_document.uri.as_str()) else { return };
        for change in params.content_changes {
            match change.range {
                Some(range) => document.replace(range, &change.text),
                None => document.text = change.text,
            }
        }
        document.version = params.text_document.version;
        document.told = false;
    }

    pub(super) fn save(&mut self, params: DidSaveTextDocumentParams) {
        let Some(document) = self.documents.get_mut(params.text_document.uri.as_str()) else { return };
        if let Some(text) = params.text {
            document.text = text;
        }
        document.told = false;
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        self.documents.remove(uri.as_str());
    }

    /// Compiles what has changed.
    pub(super) fn refresh(&mut self) {
        for document in self.documents.values_mut() {
            if document.known.source.text != document.text {
                document.known = Known::of(&document.uri, document.text.clone());
            }
        }
    }

    pub(super) fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(uri.as_str())
    }

    /// A text and the byte in it that a question is about.
    pub(super) fn place(&self, params: &TextDocumentPositionParams) -> Option<(&Document, u32)> {
        let document = self.document(&params.text_document.uri)?;
        Some((document, document.lines().offset(params.position)))
    }

    /// The texts that the editor has not been told of, each once.
    pub(super) fn untold(&mut self) -> impl Iterator<Item = &Document> {
        self.documents.values_mut().filter(|document| !document.told).map(|document| {
            document.told = true;
            &*document
        })
    }
}

impl Document {
    pub(super) fn version(&self) -> i32 {
        self.version
    }

    pub(super) fn lines(&self) -> Lines<'_> {
        Lines::of(&self.known.source.text, self.encoding)
    }

    pub(super) fn range(&self, span: Span) -> Range {
        self.lines().range(span)
    }

    pub(super) fn edits<'e>(&self, edits: impl IntoIterator<Item = &'e Edit>) -> Vec<TextEdit> {
        let lines = self.lines();
        let edit = |edit: &Edit| TextEdit { range: lines.range(edit.span), new_text: edit.text.clone() };
        edits.into_iter().map(edit).collect()
    }

    /// The whole text, to be replaced.
    pub(super) fn everything(&self) -> Range {
        let text = &self.known.source.text;
        Range { start: Position::default(), end: self.lines().position(text.len() as u32) }
    }

    fn replace(&mut self, range: Range, new: &str) {
        let lines = Lines::of(&self.text, self.encoding);
        let (start, end) = (lines.offset(range.start) as usize, lines.offset(range.end) as usize);
        // A range that ends before it begins changes nothing that anybody meant.
        if start <= end {
            self.text.replace_range(start..end, new);
        }
    }
}

impl Known {
    fn of(uri: &Uri, text: String) -> Known {
        let source = Source::new(uri.as_str(), text);
        let ast = syntax::parse(&source, &mut Vec::new());
        let found = wrp_lang::compile(std::slice::from_ref(&source)).diagnostics;
        // While somebody writes the project file it may be wrong, and `wrpc check` says so.
        let project = path(uri).and_then(|path| Some((Project::of(&path).ok()??, path)));
        let mentions = navigate::mentions(&ast);
        let mut known = Known { source, ast, mentions, diagnostics: Vec::new(), project };
        known.diagnostics = found.into_iter().filter_map(|(_, diagnostic)| known.judge(diagnostic)).collect();
        known
    }

    /// The finding as the project sees it; `None` where it is allowed.
    pub(super) fn judge(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match &self.project {
            Some((project, path)) => project.judge(path, diagnostic),
            None => Some(diagnostic),
        }
    }
}

/// The file behind a URI, if it is one.
fn path(uri: &Uri) -> Option<PathBuf> {
    let written = uri.as_str().strip_prefix("file://")?;
    let written = &written[written.find('/')?..];
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    // `/C:/policies` is `C:/policies` where drives have letters.
    let drive = text.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if drive { &text[1..] } else { &text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_a_file_or_is_not() {
        let table = [
            ("file:///policies/a.wrp", Some("/policies/a.wrp")),
            ("file:///a%20b/%E4%B8%AD.wrp", Some("/a b/中.wrp")),
            ("file://localhost/a", Some("/a")),
            ("untitled:a", None),
            ("file:///%zz", None),
        ];
        for (uri, expected) in table {
            let found = uri.parse().ok().and_then(|uri| path(&uri));
            assert_eq!(found, expected.map(PathBuf::from), "{uri}");
        }
    }
}
