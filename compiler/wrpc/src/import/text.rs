//! Writing the language: names, values, blocks.

use serde_yaml::Value;

/// Blocks one below the other, indented as the formatter would.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    pub(super) fn line(&mut self, line: &str) {
        let indent = "  ".repeat(self.depth);
        self.text.push_str(&format!("{indent}{line}\n"));
    }

    pub(super) fn open(&mut self, head: &str) {
        if !self.text.is_empty() && !self.text.ends_with("{\n") && self.depth < 2 {
            self.text.push('\n');
        }
        self.line(&format!("{head} {{"));
        self.depth += 1;
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    pub(super) fn block(&mut self, head: &str, lines: &[String]) {
        // Inside a route, blocks follow each other like lines.
        let inside_a_route =
            self.text.rsplit("ROUTE ").next().is_some_and(|last| last.len() < self.text.len());
        if inside_a_route && self.depth > 0 {
            self.line(&format!("{head} {{"));
            self.depth += 1;
        } else {
            self.open(head);
        }
        for line in lines {
            self.line(line);
        }
        self.close();
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A name as a declaration writes it: bare where the language takes it bare.
pub(super) fn name(name: &str) -> String {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let goes_on = characters.all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/'));
    if starts && goes_on { name.to_owned() } else { quoted(name) }
}

/// A string literal that reads back as this text: only escapes that every reader of the language decodes.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            control if control.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

pub(super) fn value(value: &Value) -> String {
    match value {
        // An empty object counts as absent.
        Value::Null => "{}".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(float)) => decimal(float),
            (None, None) => number.to_string(),
        },
        Value::String(text) => quoted(text),
        Value::Sequence(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::Mapping(fields) => {
            let fields: Vec<String> =
                super::pairs(fields).map(|(key, it)| format!("{key}: {}", self::value(it))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Tagged(tagged) => self::value(&tagged.value),
    }
}

/// Digits on both sides of the point and no exponent: what the language reads as a number.
fn decimal(number: f64) -> String {
    let text = format!("{number}");
    if text.contains('.') { text } else { format!("{text}.0") }
}
