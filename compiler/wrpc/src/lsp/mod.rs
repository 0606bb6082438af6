//! The language server: one thread that reads a message, answers it, and reads the next.
//!
//! [`serve`] is the life of a server, [`capabilities`] what it says of itself, [`workspace`] the texts it holds. A
//! change is compiled as a whole, in memory; while more messages wait, only the last text counts. Each capability is a
//! file that turns the protocol's question into one for `wrp_lang::navigate`, and the answer back.

mod actions;
mod capabilities;
mod completion;
mod diagnostics;
mod encoding;
mod formatting;
mod hover;
mod navigation;
mod rename;
mod symbols;
mod workspace;

use std::io::{BufReader, Read, Write};

use anyhow::Context;
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification as note;
use lsp_types::notification::Notification as _;
use lsp_types::request as ask;
use lsp_types::request::Request as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use workspace::Workspace;

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Asked to shut down before it was told to exit.
    Orderly,
    /// Told to exit, or left alone.
    Abrupt,
}

/// Serves one editor until it says `exit` or goes away.
pub fn serve(input: &mut dyn Read, out: &mut dyn Write) -> anyhow::Result<End> {
    let mut input = BufReader::new(input);
    let mut server = Server { out, phase: Phase::New, workspace: Workspace::default() };
    while let Some(message) = Message::read(&mut input).context("cannot read a message of the editor")? {
        match message {
            Message::Request(request) => server.answer(request)?,
            Message::Notification(notice) if notice.method == note::Exit::METHOD => {
                return Ok(if server.phase == Phase::ShutDown { End::Orderly } else { End::Abrupt });
            }
            Message::Notification(notice) => server.note(notice)?,
            // It asks the editor nothing.
            Message::Response(_) => {}
        }
        // While somebody types, what is already on its way makes this text an old one.
        if input.buffer().is_empty() {
            server.publish()?;
        }
    }
    Ok(End::Abrupt)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    ShutDown,
}

struct Server<'o> {
    out: &'o mut dyn Write,
    phase: Phase,
    workspace: Workspace,
}

/// Why a request has no answer.
struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    fn failed(message: impl Into<String>) -> Refusal {
        Refusal { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

impl Server<'_> {
    fn send(&mut self, message: Message) -> anyhow::Result<()> {
        message.write(&mut self.out).context("cannot write to the editor")
    }

    fn answer(&mut self, request: Request) -> anyhow::Result<()> {
        let id = request.id.clone();
        let response = match self.answer_of(request) {
            Ok(result) => Response { id, result: Some(result), error: None },
            Err(refusal) => Response::new_err(id, refusal.code as i32, refusal.message),
        };
        self.send(response.into())
    }

    fn answer_of(&mut self, request: Request) -> Result<serde_json::Value, Refusal> {
        match (self.phase, request.method.as_str()) {
            (Phase::New, ask::Initialize::METHOD) => {
                self.phase = Phase::Running;
                let params = parameters(request.params)?;
                let (answer, encoding) = capabilities::answer(&params);
                self.workspace.encoding = encoding;
                return json(answer);
            }
            (Phase::New, _) => {
                let message = "the first request is `initialize`".to_owned();
                return Err(Refusal { code: ErrorCode::ServerNotInitialized, message });
            }
            (Phase::Running, ask::Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                return Ok(serde_json::Value::Null);
            }
            (Phase::Running, _) => {}
            (Phase::ShutDown, _) => {
                let message = "the server is shut down".to_owned();
                return Err(Refusal { code: ErrorCode::InvalidRequest, message });
            }
        }
        let workspace = &mut self.workspace;
        workspace.refresh();
        let params = request.params;
        match request.method.as_str() {
            ask::HoverRequest::METHOD => json(hover::hover(workspace, &parameters(params)?)),
            ask::GotoDefinition::METHOD => json(navigation::definition(workspace, &parameters(params)?)),
            ask::References::METHOD => json(navigation::references(workspace, &parameters(params)?)),
            ask::DocumentHighlightRequest::METHOD => {
                json(navigation::highlights(workspace, &parameters(params)?))
            }
            ask::PrepareRenameRequest::METHOD => json(rename::prepare(workspace, &parameters(params)?)),
            ask::Rename::METHOD => json(rename::rename(workspace, &parameters(params)?)?),
            ask::Completion::METHOD => json(completion::completion(workspace, &parameters(params)?)),
            ask::Formatting::METHOD => json(formatting::formatting(workspace, &parameters(params)?)?),
            ask::DocumentSymbolRequest::METHOD => json(symbols::symbols(workspace, &parameters(params)?)),
            ask::CodeActionRequest::METHOD => json(actions::actions(workspace, &parameters(params)?)),
            other => {
                let message = format!("there is no method `{other}`");
                Err(Refusal { code: ErrorCode::MethodNotFound, message })
            }
        }
    }

    fn note(&mut self, notice: Notification) -> anyhow::Result<()> {
        if self.phase != Phase::Running {
            return Ok(());
        }
        match notice.method.as_str() {
            note::DidOpenTextDocument::METHOD => {
                if let Some(params) = readable(notice) {
                    self.workspace.open(params);
                }
            }
            note::DidChangeTextDocument::METHOD => {
                if let Some(params) = readable(notice) {
                    self.workspace.change(params);
                }
            }
            note::DidSaveTextDocument::METHOD => {
                if let Some(params) = readable(notice) {
                    self.workspace.save(params);
                }
            }
            note::DidCloseTextDocument::METHOD => {
                if let Some(params) = readable::<lsp_types::DidCloseTextDocumentParams>(notice) {
                    let uri = params.text_document.uri;
                    self.workspace.close(&uri);
                    // What is not open is not ours to speak of.
                    self.send(published(diagnostics::nothing(uri))?)?;
                }
            }
            // Notices that ask for nothing: `initialized`, `$/cancelRequest`, …
            _ => {}
        }
        Ok(())
    }

    /// Says what there is to say about every text that has changed.
    fn publish(&mut self) -> anyhow::Result<()> {
        self.workspace.refresh();
        for params in diagnostics::due(&mut self.workspace) {
            self.send(published(params)?)?;
        }
        Ok(())
    }
}

fn published(params: lsp_types::PublishDiagnosticsParams) -> anyhow::Result<Message> {
    let params = serde_json::to_value(params)?;
    Ok(Notification { method: note::PublishDiagnostics::METHOD.to_owned(), params }.into())
}

fn json(answer: impl Serialize) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(answer)
        .map_err(|error| Refusal { code: ErrorCode::InternalError, message: error.to_string() })
}

fn parameters<P: DeserializeOwned>(params: serde_json::Value) -> Result<P, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal { code: ErrorCode::InvalidParams, message: error.to_string() })
}

/// A notice cannot be refused, so one that makes no sense is passed over.
fn readable<P: DeserializeOwned>(notice: Notification) -> Option<P> {
    serde_json::from_value(notice.params).ok()
}
