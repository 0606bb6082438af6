//! An editor as far as a test needs one: it starts the real server and speaks the protocol with it.

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// A server that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    next: i32,
}

impl Editor {
    /// A server that nobody has greeted.
    pub(crate) fn unintroduced() -> Editor {
        let mut server = Command::new(env!("CARGO_BIN_EXE_wrpc"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = server.stdin.take();
        let mut output = BufReader::new(server.stdout.take().expect("the output is piped"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Editor { server, input, messages, next: 0 }
    }

    /// A server that knows how its editor counts columns.
    pub(crate) fn counting(encodings: &[&str]) -> Editor {
        let mut editor = Editor::unintroduced();
        let params = json!({"capabilities": {"general": {"positionEncodings": encodings}}});
        let answer = editor.ask("initialize", params).expect("it introduces itself");
        let expected = if encodings.contains(&"utf-8") { "utf-8" } else { "utf-16" };
        assert_eq!(answer["capabilities"]["positionEncoding"], expected);
        editor.tell("initialized", json!({}));
        editor
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let item = json!({"uri": uri, "languageId": "wrp", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": item}));
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    /// The result, or the code and the words of a refusal.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        loop {
            match self.messages.recv_timeout(PATIENCE).expect("the server answers") {
                Message::Response(response) if response.id == id => {
                    return match response.error {
                        Some(error) => Err((error.code, error.message)),
                        None => Ok(response.result.unwrap_or_default()),
                    };
                }
                _ => {}
            }
        }
    }

    /// The next list of findings about a text.
    pub(crate) fn findings(&mut self, uri: &str) -> Value {
        loop {
            match self.messages.recv_timeout(PATIENCE).expect("the server publishes") {
                Message::Notification(notice)
                    if notice.method == "textDocument/publishDiagnostics" && notice.params["uri"] == uri =>
                {
                    return notice.params;
                }
                _ => {}
            }
        }
    }

    /// Ends the conversation; the server's exit code.
    pub(crate) fn leave(mut self, orderly: bool) -> i32 {
        if orderly {
            assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        }
        self.tell("exit", Value::Null);
        self.server.wait().expect("the server ends").code().expect("by itself")
    }

    /// Goes away without a word; the server's exit code.
    pub(crate) fn vanish(mut self) -> i32 {
        drop(self.input.take());
        self.server.wait().expect("the server ends").code().expect("by itself")
    }

    fn send(&mut self, message: Message) {
        let input = self.input.as_mut().expect("the server listens");
        message.write(input).expect("the server reads");
        input.flush().expect("the server reads");
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // Already over, unless a test has failed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
