//! The values a policy writes, and the typed schemas that say which of them make sense.
//!
//! A schema is a table: one [`Field`] per name a block accepts, with its [`Shape`] and a sentence of
//! documentation. [`check()`] compares what was written with the table and reports every disagreement at the
//! narrowest span; it never stops at the first. Reading the values afterwards ([`Fields::text`] and its
//! siblings) treats a value of the wrong type as absent, which is what the reference runtime does.

mod check;
mod fix;
mod json;
mod nearest;

pub use check::check;
pub use fix::{Edit, Fix};
pub use json::json;
pub use nearest::{Near, near, nearest};

/// A place in one source text, in bytes. `start..end` always lies on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Something with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spanned<T> {
    pub it: T,
    pub span: Span,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A quoted string, decoded.
    Text(String),
    /// A bare identifier, which most places take as a string.
    Word(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Spanned<Value>>),
    Object(Fields),
}

impl Value {
    /// What this is, in the words of a diagnostic.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Text(_) => "a string",
            Value::Word(_) => "a bare word",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// A string, quoted or bare.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Word(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A number, integers included.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Spanned<Value>]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// An object; an empty one counts as absent, as in the reference.
    pub fn as_object(&self) -> Option<&Fields> {
        match self {
            Value::Object(fields) if !fields.entries.is_empty() => Some(fields),
            _ => None,
        }
    }
}

/// `key: value` as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: Spanned<String>,
    pub value: Spanned<Value>,
}

/// The inside of a pair of braces, in source order; where a key stands twice, the last one counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    pub entries: Vec<Entry>,
    /// The braces, both included.
    pub span: Span,
}

impl Fields {
    pub fn get(&self, key: &str) -> Option<&Spanned<Value>> {
        self.entries.iter().rev().find(|entry| entry.key.it == key).map(|entry| &entry.value)
    }

    /// Whether a value was written; an empty object counts as none.
    pub fn has(&self, key: &str) -> bool {
        match self.get(key) {
            Some(Spanned { it: Value::Object(fields), .. }) => !fields.entries.is_empty(),
            written => written.is_some(),
        }
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.it.as_text()
    }

    pub fn int(&self, key: &str) -> Option<i64> {
        self.get(key)?.it.as_int()
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.it.as_number()
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.it.as_bool()
    }

    pub fn list(&self, key: &str) -> Option<&[Spanned<Value>]> {
        self.get(key)?.it.as_list()
    }

    pub fn object(&self, key: &str) -> Option<&Fields> {
        self.get(key)?.it.as_object()
    }

    /// The fields as one JSON object, keys sorted; how a declaration travels to whoever executes it.
    pub fn to_json(&self) -> String {
        serde_json::Value::from(self).to_string()
    }

    /// The strings of a list; items that are not strings are passed over.
    pub fn texts(&self, key: &str) -> Vec<Spanned<String>> {
        self.list(key)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| Some(Spanned { it: item.it.as_text()?.to_owned(), span: item.span }))
            .collect()
    }
}

impl From<&Fields> for serde_json::Value {
    fn from(fields: &Fields) -> Self {
        let members = fields.entries.iter().map(|entry| (entry.key.it.clone(), (&entry.value.it).into()));
        serde_json::Value::Object(members.collect())
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) | Value::Word(text) => text.as_str().into(),
            Value::Int(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Bool(flag) => (*flag).into(),
            Value::List(items) => items.iter().map(|item| serde_json::Value::from(&item.it)).collect(),
            Value::Object(fields) => fields.into(),
        }
    }
}

/// One name that a block accepts.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// One sentence: meaning, unit, default. Shown by `wrpc explain` and by editors.
    pub doc: &'static str,
}

/// What a field's value must look like.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any string, quoted or bare.
    Text,
    /// One of these words. Another is reported as ignored; where the runtime refuses it, the kind's own check
    /// says so at the same span, and of two problems at one place only the graver is shown.
    Word(&'static [&'static str]),
    /// A whole number in a closed range.
    Int(i64, i64),
    /// A number in a closed range.
    Number(f64, f64),
    Flag,
    /// A token count as text, `K` and `M` allowed: `"8K"`.
    Tokens,
    List(&'static Shape),
    Object(&'static [Field]),
    /// Any of these shapes.
    Either(&'static [Shape]),
    /// Anything; the kind's own check looks at it.
    Any,
}

/// How grave a disagreement is. The language crate turns this into a level under the policy's semantics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// The reference reads past this in silence: a warning when compatible, an error when strict.
    Ignored,
    /// The reference's compiler or runtime refuses this, or so do we on principle: an error always.
    Refused,
    /// Legal and effective, but hardly meant: a warning always.
    Doubtful,
}

/// What kind of disagreement it is; each is a lint with its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    UnknownField,
    DuplicateField,
    WrongType,
    UnknownWord,
    OutOfRange,
    MissingField,
    /// The pattern is not one the reference's engine takes.
    InvalidRegex,
    /// Anything else that the kind's own check found.
    Invalid,
}

/// One disagreement between what was written and what makes sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub trouble: Trouble,
    pub gravity: Gravity,
    pub span: Span,
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// The way out, in the imperative.
    pub help: Option<String>,
    /// The way out, ready to be made; several are for somebody to choose from.
    pub fixes: Vec<Fix>,
}

impl Problem {
    pub fn new(trouble: Trouble, gravity: Gravity, span: Span, message: impl Into<String>) -> Problem {
        Problem { trouble, gravity, span, message: message.into(), help: None, fixes: Vec::new() }
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Problem {
        self.fixes.extend(fix.into());
        self
    }
}

/// A token count: a number, `K` for thousands, `M` for millions; fractions are cut off after scaling.
pub fn token_count(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, scale) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = digits.parse::<f64>().ok().filter(|_| plain)? * scale;
    (number < u64::MAX as f64).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::token_count;

    #[test]
    fn token_counts_scale_and_refuse_nonsense() {
        let table = [
            ("0", Some(0)),
            ("8K", Some(8_000)),
            ("1.5M", Some(1_500_000)),
            (" 256k ", Some(256_000)),
            ("2147483647", Some(2_147_483_647)),
            ("1.2345K", Some(1_234)),
            ("", None),
            ("K", None),
            ("-5", None),
            ("1e3", None),
            ("inf", None),
            ("8 KB", None),
        ];
        for (text, expected) in table {
            assert_eq!(token_count(text), expected, "{text}");
        }
    }
}
