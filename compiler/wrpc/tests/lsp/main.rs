//! Whole exchanges with the real `wrpc lsp` over its standard streams.

mod editor;

use editor::Editor;
use serde_json::{Value, json};

const URI: &str = "file:///policies/a.wrp";

/// Sound, with characters of one, two, three and four bytes before what is asked about.
const SOUND: &str = r#"MODEL small { }
SIGNAL keyword "🚀 dringend" { operator: "OR" keywords: ["schnell", "快"] }
SIGNAL pii personal { threshold: 0.5 }
ROUTE first { PRIORITY 2 WHEN keyword("🚀 dringend") AND pii("personal") MODEL small } # 中文 🚀
ROUTE second { PRIORITY 1 WHEN pii("personal") MODEL small PLUGIN system_prompt { system_prompt: "x" } }
TEST both { "中" -> first }
ROUTE rest { MODEL small }
"#;

const UNSOUND: &str = r#"SIGNAL keyword "🚀" { operator: "and" keywords: ["a"] }
ROUTE r { PRIORITY 1 WHEN keyword("🚀") MODEL m }
SIGNAL domain law { }
ROUTE rest { MODEL n }
"#;

/// The place of the `nth` of a text, a little into it, in UTF-16 units or bytes.
fn place(text: &str, wanted: &str, nth: usize, bytes: bool) -> Value {
    let at = text.match_indices(wanted).nth(nth).expect("the text is there").0 + 1;
    let line = text[..at].matches('\n').count();
    let before = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    let character = if bytes { before.len() } else { before.encode_utf16().count() };
    json!({"line": line, "character": character})
}

fn about(text: &str, wanted: &str, nth: usize) -> Value {
    json!({"textDocument": {"uri": URI}, "position": place(text, wanted, nth, false)})
}

/// A text with the edits of an answer made, which are places in UTF-16 units.
fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = position["character"].as_u64().expect("a column") as usize;
        let mut column = 0;
        let behind = text[start..].char_indices().find(|(_, character)| {
            column += character.len_utf16();
            column > units
        });
        start + behind.map_or(text.len() - start, |(at, _)| at)
    };
    let mut edits: Vec<(usize, usize, String)> = edits
        .as_array()
        .expect("a list of edits")
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().expect("a text").to_owned();
            (offset(&range["start"]), offset(&range["end"]), new)
        })
        .collect();
    edits.sort();
    let mut result = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        result.replace_range(start..end, &new);
    }
    result
}

#[test]
fn a_session_from_the_first_word_to_the_last() {
    let mut editor = Editor::counting(&["utf-16"]);
    editor.open(URI, SOUND);
    let found = editor.findings(URI);
    assert_eq!((&found["version"], &found["diagnostics"]), (&json!(1), &json!([])), "{found}");

    let hover = editor.ask("textDocument/hover", about(SOUND, "keyword(", 0)).expect("a page");
    let page = hover["contents"]["value"].as_str().expect("a text");
    assert!(page.starts_with("# keyword"), "{page}");
    let hover = editor.ask("textDocument/hover", about(SOUND, "dringend", 1)).expect("a declaration");
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(text.contains("SIGNAL keyword \"🚀 dringend\" { operator: \"OR\""), "{text}");
    let nothing = editor.ask("textDocument/hover", about(SOUND, "# 中文", 0)).expect("an answer");
    assert_eq!(nothing, Value::Null);

    let definition = editor.ask("textDocument/definition", about(SOUND, "dringend", 1)).expect("a place");
    let range = json!({"start": {"line": 1, "character": 15}, "end": {"line": 1, "character": 28}});
    assert_eq!(definition, json!([{"uri": URI, "range": range}]));
    let mut asked = about(SOUND, "personal", 0);
    asked["context"] = json!({"includeDeclaration": false});
    let references = editor.ask("textDocument/references", asked).expect("places");
    let lines: Vec<&Value> =
        references.as_array().expect("a list").iter().map(|it| &it["range"]["start"]["line"]).collect();
    assert_eq!(lines, [3, 4]);

    let formatted = editor
        .ask(
            "textDocument/formatting",
            json!({"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": true}}),
        )
        .expect("edits");
    let text = edited(SOUND, &formatted);
    assert!(text.contains("ROUTE first {\n  PRIORITY 2\n"), "{text}");
    assert!(text.contains("# 中文 🚀"), "{text}");

    let symbols =
        editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": URI}})).expect("a list");
    let names: Vec<&Value> = symbols.as_array().expect("a list").iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["small", "🚀 dringend", "personal", "first", "second", "both", "rest"]);
    assert_eq!(editor.leave(true), 0);
}

#[test]
fn a_name_is_changed_everywhere_or_not_at_all() {
    let mut editor = Editor::counting(&[]);
    editor.open(URI, SOUND);
    let prepared = editor.ask("textDocument/prepareRename", about(SOUND, "first", 1)).expect("a name");
    assert_eq!(prepared["placeholder"], "first");
    for (wanted, nth, new, expected) in [
        ("first", 1, "erste", "{ \"中\" -> erste }"),
        ("dringend", 1, "heiß \u{1f525}", "WHEN keyword(\"heiß \u{1f525}\") AND"),
        ("small", 2, "tiny model", "MODEL \"tiny model\" PLUGIN"),
    ] {
        let mut asked = about(SOUND, wanted, nth);
        asked["newName"] = json!(new);
        let edit = editor.ask("textDocument/rename", asked).expect("edits");
        let text = edited(SOUND, &edit["changes"][URI]);
        assert!(text.contains(expected), "{text}");
        // Nothing is undeclared now.
        editor.open(URI, &text);
        assert_eq!(editor.findings(URI)["diagnostics"], json!([]), "{text}");
        editor.open(URI, SOUND);
        editor.findings(URI);
    }
    for (wanted, nth, new) in [("first", 0, "second"), ("first", 0, ""), ("keyword", 0, "word")] {
        let mut asked = about(SOUND, wanted, nth);
        asked["newName"] = json!(new);
        assert!(editor.ask("textDocument/rename", asked).is_err(), "{wanted} as {new:?}");
    }
    assert_eq!(editor.ask("textDocument/prepareRename", about(SOUND, "PRIORITY", 0)), Ok(Value::Null));
    assert_eq!(editor.leave(true), 0);
}

#[test]
fn findings_bring_their_pages_and_fixes() {
    let mut editor = Editor::counting(&["utf-16"]);
    editor.open(URI, UNSOUND);
    let found = editor.findings(URI)["diagnostics"].clone();
    let finding = &found[0];
    assert_eq!(finding["code"], "WRP0204");
    assert_eq!(finding["severity"], 1);
    assert!(
        finding["codeDescription"]["href"].as_str().is_some_and(|it| it.contains("WRP0204")),
        "{finding}"
    );
    // A rocket is two units wide.
    let range = json!({"start": {"line": 0, "character": 32}, "end": {"line": 0, "character": 37}});
    assert_eq!(finding["range"], range);
    assert_eq!(finding["data"]["fixes"][0]["title"], "write `\"AND\"`");
    let hover =
        editor.ask("textDocument/hover", about(UNSOUND, "\"and\"", 0)).expect("the page of the finding");
    assert!(hover["contents"]["value"].as_str().is_some_and(|it| it.starts_with("# WRP0204")), "{hover}");

    let asked = |range: &Value, only: Value| json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": [], "only": only}});
    let actions = editor.ask("textDocument/codeAction", asked(&range, json!(["quickfix"]))).expect("actions");
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    assert_eq!(actions[0]["isPreferred"], true);
    let fixed = edited(UNSOUND, &actions[0]["edit"]["changes"][URI]);
    assert_eq!(fixed, UNSOUND.replace("\"and\"", "\"AND\""));

    // Removing what nothing uses is offered and never done unasked.
    let idle = place(UNSOUND, "law", 0, false);
    let there = json!({"start": idle, "end": idle});
    let actions = editor.ask("textDocument/codeAction", asked(&there, json!(["quickfix"]))).expect("actions");
    assert_eq!(
        (&actions[0]["title"], &actions[0]["isPreferred"]),
        (&json!("remove the signal"), &json!(false))
    );
    let all =
        editor.ask("textDocument/codeAction", asked(&there, json!(["source.fixAll"]))).expect("actions");
    assert_eq!(edited(UNSOUND, &all[0]["edit"]["changes"][URI]), fixed);

    editor.open(URI, &fixed);
    let left = editor.findings(URI)["diagnostics"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
    assert_eq!(left[0]["code"], "WRP0401");
    assert_eq!(editor.leave(true), 0);
}

#[test]
fn a_text_changes_in_pieces_counted_either_way() {
    for bytes in [false, true] {
        let mut editor = Editor::counting(if bytes { &["utf-8", "utf-16"] } else { &["utf-16"] });
        editor.open(URI, SOUND);
        editor.findings(URI);
        // From behind the second rocket to the end of its word.
        let start = place(SOUND, " dringend", 1, bytes);
        let end = place(SOUND, "\") AND", 0, bytes);
        let end = json!({"line": end["line"], "character": end["character"].as_u64().expect("a column") - 1});
        let start =
            json!({"line": start["line"], "character": start["character"].as_u64().expect("a column") - 1});
        let change = json!({"range": {"start": start, "end": end}, "text": " 慢"});
        let version = json!({"uri": URI, "version": 2});
        editor.tell("textDocument/didChange", json!({"textDocument": version, "contentChanges": [change]}));
        let found = editor.findings(URI);
        assert_eq!(found["version"], 2);
        let messages: Vec<&str> = found["diagnostics"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|it| it["message"].as_str()?.lines().next())
            .collect();
        let undeclared = "no keyword signal `🚀 慢` is declared here";
        assert_eq!(messages, ["nothing uses keyword signal `🚀 dringend`", undeclared]);
        // Saved with another text, closed, and forgotten.
        editor.tell("textDocument/didSave", json!({"textDocument": {"uri": URI}, "text": SOUND}));
        assert_eq!(editor.findings(URI)["diagnostics"], json!([]));
        editor.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
        assert_eq!(editor.findings(URI)["diagnostics"], json!([]));
        assert_eq!(editor.ask("textDocument/hover", about(SOUND, "keyword", 0)), Ok(Value::Null));
        assert_eq!(editor.leave(true), 0);
    }
}

#[test]
fn suggestions_replace_what_is_written() {
    let mut editor = Editor::counting(&["utf-16"]);
    let text = format!("{SOUND}ROUTE third {{ WHEN keyword(\"🚀 d");
    editor.open(URI, &text);
    let position = json!({"line": 7, "character": 32});
    let asked = json!({"textDocument": {"uri": URI}, "position": position});
    let items = editor.ask("textDocument/completion", asked).expect("suggestions");
    assert_eq!(items.as_array().map(Vec::len), Some(1), "{items}");
    let edit = &items[0]["textEdit"];
    assert_eq!(edit["newText"], "🚀 dringend");
    assert_eq!(edit["range"], json!({"start": {"line": 7, "character": 28}, "end": position}));
    let top = json!({"textDocument": {"uri": URI}, "position": {"line": 5, "character": 0}});
    let items = editor.ask("textDocument/completion", top).expect("suggestions");
    let labels: Vec<&str> =
        items.as_array().expect("a list").iter().filter_map(|it| it["label"].as_str()).collect();
    assert!(labels.contains(&"SIGNAL") && !labels.contains(&"WHEN"), "{labels:?}");
    assert_eq!(editor.leave(true), 0);
}

#[test]
fn the_project_file_counts_and_so_do_comments() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("wrp.toml"), "[lints]\nunused-signal = \"error\"\n").expect("written");
    let uri = format!("file://{}/a%20b.wrp", folder.path().display());
    let mut editor = Editor::counting(&[]);
    editor.open(&uri, "SIGNAL domain law { }\n");
    let found = editor.findings(&uri);
    assert_eq!(found["diagnostics"][0]["severity"], 1, "{found}");
    editor.open(&uri, "SIGNAL domain law { }  # allow(unused-signal, reason = \"soon\")\n");
    assert_eq!(editor.findings(&uri)["diagnostics"], json!([]));
    assert_eq!(editor.leave(true), 0);
}

#[test]
fn who_breaks_the_rules_is_told_so() {
    let mut editor = Editor::unintroduced();
    let (code, _) = editor.ask("textDocument/hover", json!({})).expect_err("too early");
    assert_eq!(code, -32002);
    editor.ask("initialize", json!({"capabilities": {}})).expect("it introduces itself");
    let (code, _) = editor.ask("textDocument/hover", json!({})).expect_err("nothing is asked about");
    assert_eq!(code, -32602);
    let (code, _) = editor.ask("workspace/dance", json!({})).expect_err("it cannot");
    assert_eq!(code, -32601);
    editor.ask("shutdown", Value::Null).expect("it does");
    let (code, _) = editor.ask("textDocument/hover", json!({})).expect_err("too late");
    assert_eq!(code, -32600);
    assert_eq!(editor.leave(false), 0);
    assert_eq!(Editor::counting(&[]).leave(false), 1);
    assert_eq!(Editor::counting(&[]).vanish(), 1);
}
