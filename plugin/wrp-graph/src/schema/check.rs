//! Comparing what was written with what a schema accepts.

use std::collections::BTreeMap;

use super::{
    Entry, Field, Fields, Fix, Gravity, Problem, Shape, Span, Spanned, Trouble, Value, near, token_count,
};

/// Reports every disagreement between `fields` and `schema`, in source order, each at the narrowest span.
///
/// `block` names what owns the fields (`keyword`, `slo`, …) and is where a missing field is reported. Whatever the
/// reference reads past is [`Gravity::Ignored`]; a kind whose runtime refuses such a thing says so itself.
pub fn check(fields: &Fields, schema: &[Field], block: &Spanned<String>, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in &fields.entries {
        let key = &entry.key;
        let Some(field) = schema.iter().find(|field| field.name == key.it) else {
            problems.push(unknown_field(key, fields, schema, block));
            continue;
        };
        if let Some(earlier) = seen.insert(key.it.as_str(), entry) {
            problems.push(duplicate_field(key, earlier));
        }
        check_value(&entry.value, &field.shape, key, problems);
    }
    for field in schema.iter().filter(|field| field.required && !fields.has(field.name)) {
        problems.push(missing_field(field, block));
    }
}

/// Whether a value has the outer form that a shape wants. What has not counts as absent.
pub(super) fn has_form(value: &Value, shape: &Shape) -> bool {
    match shape {
        Shape::Text | Shape::Word(_) | Shape::Tokens => value.as_text().is_some(),
        Shape::Int(..) => value.as_int().is_some(),
        Shape::Number(..) => value.as_number().is_some(),
        Shape::Flag => value.as_bool().is_some(),
        Shape::List(_) => value.as_list().is_some(),
        Shape::Object(_) => matches!(value, Value::Object(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| has_form(value, shape)),
        Shape::Any => true,
    }
}

fn check_value(value: &Spanned<Value>, shape: &Shape, key: &Spanned<String>, problems: &mut Vec<Problem>) {
    if !has_form(&value.it, shape) {
        problems.push(wrong_type(value, shape, key));
        return;
    }
    match (shape, &value.it) {
        (Shape::Word(words), it) => {
            let word = it.as_text().unwrap_or_default();
            if !words.contains(&word) {
                problems.push(unknown_word(word, words, value.span, key));
            }
        }
        (Shape::Int(low, high), it) if it.as_int().is_some_and(|number| number < *low || number > *high) => {
            problems.push(out_of_range(value, *low as f64, *high as f64, key));
        }
        (Shape::Number(low, high), it)
            if it.as_number().is_some_and(|number| !(*low..=*high).contains(&number)) =>
        {
            problems.push(out_of_range(value, *low, *high, key));
        }
        (Shape::Tokens, it) if token_count(it.as_text().unwrap_or_default()).is_none() => {
            problems.push(not_a_token_count(value.span, key));
        }
        (Shape::List(item), Value::List(values)) => {
            for value in values {
                check_value(value, item, key, problems);
            }
        }
        (Shape::Object(schema), Value::Object(fields)) => check(fields, schema, key, problems),
        (Shape::Either(shapes), it) => {
            // The first shape of the right form speaks for all of them.
            if let Some(shape) = shapes.iter().find(|shape| has_form(it, shape)) {
                check_value(value, shape, key, problems);
            }
        }
        _ => {}
    }
}

fn unknown_field(
    key: &Spanned<String>,
    fields: &Fields,
    schema: &[Field],
    block: &Spanned<String>,
) -> Problem {
    let names: Vec<&str> = schema.iter().map(|field| field.name).collect();
    let message = format!("`{}` has no field `{}`", block.it, key.it);
    let problem = Problem::new(Trouble::UnknownField, Gravity::Ignored, key.span, message);
    match near(&key.it, names.iter().copied()) {
        Some(near) => {
            let fix = Fix::spell(key.span, near, near.word);
            let free = fields.get(near.word).is_none();
            problem.help(format!("write `{}`", near.word)).fix(free.then_some(fix))
        }
        None if names.is_empty() => problem.help(format!("remove it; `{}` takes no fields", block.it)),
        None => problem.help(format!("remove it, or use one of {}", quoted(&names))),
    }
}

fn duplicate_field(key: &Spanned<String>, earlier: &Entry) -> Problem {
    let message = format!("`{}` is written twice, and only this last one counts", key.it);
    Problem::new(Trouble::DuplicateField, Gravity::Ignored, key.span, message)
        .help("remove the one that is not meant")
        .fix(Fix::remove(earlier.key.span.to(earlier.value.span), "remove the one that does not count"))
}

fn missing_field(field: &Field, block: &Spanned<String>) -> Problem {
    let message = format!("`{}` has no `{}`", block.it, field.name);
    Problem::new(Trouble::MissingField, Gravity::Ignored, block.span, message).help(format!(
        "add `{}`, {}",
        field.name,
        wanted(&field.shape)
    ))
}

fn wrong_type(value: &Spanned<Value>, shape: &Shape, key: &Spanned<String>) -> Problem {
    let message = format!(
        "`{}` wants {}, but this is {}; it is read as if it were not there",
        key.it,
        wanted(shape),
        value.it.describe()
    );
    let problem = Problem::new(Trouble::WrongType, Gravity::Ignored, value.span, message);
    let (help, fix) = match (&value.it, shape) {
        (Value::Text(text), Shape::Int(..) | Shape::Number(..)) if text.trim().parse::<f64>().is_ok() => {
            let help = format!("remove the quotes: `{}`", text.trim());
            (help.clone(), Fix::write(value.span, text.trim()).titled(help))
        }
        (Value::Text(text), Shape::Flag) if text == "true" || text == "false" => {
            let help = format!("remove the quotes: `{text}`");
            (help.clone(), Fix::write(value.span, text).titled(help))
        }
        (Value::Int(number), Shape::Text | Shape::Tokens) => {
            (format!("quote it: `\"{number}\"`"), Fix::enclose(value.span, "\"", "\"", "quote it"))
        }
        (Value::Text(text), Shape::List(_)) => (
            format!("put it into a list: `[\"{text}\"]`"),
            Fix::enclose(value.span, "[", "]", "put it into a list"),
        ),
        _ => return problem,
    };
    problem.help(help).fix(meant(&value.it, shape, key).then_some(fix))
}

/// Whether a value of the wrong type, rewritten as the shape wants it, has nothing else against it.
fn meant(value: &Value, shape: &Shape, key: &Spanned<String>) -> bool {
    let rewritten = match (value, shape) {
        (Value::Text(text), Shape::Flag) => Value::Bool(text == "true"),
        (Value::Text(text), Shape::List(_)) => {
            Value::List(vec![Spanned { it: Value::Text(text.clone()), span: Span::default() }])
        }
        (Value::Text(text), _) => match plain_number(text.trim()) {
            Some(number) => number,
            None => return false,
        },
        (Value::Int(number), _) => Value::Text(number.to_string()),
        _ => return false,
    };
    let mut problems = Vec::new();
    check_value(&Spanned { it: rewritten, span: Span::default() }, shape, key, &mut problems);
    problems.is_empty()
}

/// A number as the language writes it: digits with at most one point among them.
fn plain_number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) {
        return None;
    }
    match digits.contains('.') {
        true => text.parse().ok().map(Value::Float),
        false => text.parse().ok().map(Value::Int),
    }
}

fn unknown_word(word: &str, words: &[&str], span: Span, key: &Spanned<String>) -> Problem {
    let message = format!("`{word}` is not a word that `{}` knows", key.it);
    let problem = Problem::new(Trouble::UnknownWord, Gravity::Ignored, span, message);
    match near(word, words.iter().copied()) {
        Some(near) => {
            let written = format!("\"{}\"", near.word);
            problem.help(format!("write `{written}`")).fix(Fix::spell(span, near, written))
        }
        None => problem.help(format!("use one of {}", quoted(words))),
    }
}

fn out_of_range(value: &Spanned<Value>, low: f64, high: f64, key: &Spanned<String>) -> Problem {
    let number = value.it.as_number().unwrap_or_default();
    let unbounded = |bound: f64| bound.abs() >= i64::MAX as f64;
    let (is_not, choose) = match (unbounded(low), unbounded(high)) {
        (_, true) => (format!("below {low}"), format!("{low} or more")),
        (true, false) => (format!("above {high}"), format!("{high} or less")),
        (false, false) => (format!("not between {low} and {high}"), format!("a number from {low} to {high}")),
    };
    let message = format!("`{}` is {number}, which is {is_not}", key.it);
    Problem::new(Trouble::OutOfRange, Gravity::Ignored, value.span, message).help(format!("write {choose}"))
}

fn not_a_token_count(span: Span, key: &Spanned<String>) -> Problem {
    let message = format!("`{}` is not a token count", key.it);
    Problem::new(Trouble::Invalid, Gravity::Ignored, span, message)
        .help("write a number, with `K` for thousands or `M` for millions: `\"8K\"`")
}

/// What a shape wants, in the words of a diagnostic.
fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Text => "a string".to_owned(),
        Shape::Word(words) => format!("one of {}", quoted(words)),
        Shape::Int(..) => "an integer".to_owned(),
        Shape::Number(..) => "a number".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::Tokens => "a token count such as \"8K\"".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Object(_) => "an object".to_owned(),
        Shape::Either(shapes) => shapes.iter().map(wanted).collect::<Vec<_>>().join(" or "),
        Shape::Any => "a value".to_owned(),
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Entry;

    const SCHEMA: &[Field] = &[
        Field { name: "threshold", shape: Shape::Number(0.0, 1.0), required: true, doc: "" },
        Field { name: "mode", shape: Shape::Word(&["fast", "slow"]), required: false, doc: "" },
        Field { name: "turns", shape: Shape::Int(1, i64::MAX), required: false, doc: "" },
        Field { name: "words", shape: Shape::List(&Shape::Text), required: false, doc: "" },
        Field { name: "size", shape: Shape::Tokens, required: false, doc: "" },
        Field {
            name: "slo",
            shape: Shape::Object(&[Field { name: "p95", shape: Shape::Flag, required: true, doc: "" }]),
            required: false,
            doc: "",
        },
        Field {
            name: "limit",
            shape: Shape::Either(&[Shape::Flag, Shape::Int(0, 9)]),
            required: false,
            doc: "",
        },
    ];

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn object(entries: &[(&str, Value)]) -> Fields {
        let entries = entries
            .iter()
            .enumerate()
            .map(|(at, (key, value))| Entry {
                key: Spanned { it: (*key).to_owned(), span: Span::new(at * 10, at * 10 + 4) },
                value: Spanned { it: value.clone(), span: Span::new(at * 10 + 5, at * 10 + 9) },
            })
            .collect();
        Fields { entries, span: Span::new(0, 100) }
    }

    /// What is found, as `Trouble@start`.
    fn found(entries: &[(&str, Value)]) -> Vec<String> {
        let mut problems = Vec::new();
        let block = Spanned { it: "block".to_owned(), span: Span::new(900, 905) };
        check(&object(entries), SCHEMA, &block, &mut problems);
        problems.iter().map(|problem| format!("{:?}@{}", problem.trouble, problem.span.start)).collect()
    }

    #[test]
    fn every_disagreement_is_found_where_it_stands() {
        let ok = ("threshold", Value::Float(0.5));
        type Row<'a> = (&'a [(&'a str, Value)], &'a [&'a str]);
        let table: &[Row<'_>] = &[
            (std::slice::from_ref(&ok), &[]),
            (&[("threshold", Value::Int(1))], &[]),
            (&[], &["MissingField@900"]),
            (&[("treshold", Value::Float(0.5))], &["UnknownField@0", "MissingField@900"]),
            (&[("threshold", text("0.5"))], &["WrongType@5"]),
            (&[("threshold", Value::Float(1.5))], &["OutOfRange@5"]),
            (&[ok.clone(), ok.clone()], &["DuplicateField@10"]),
            (&[ok.clone(), ("mode", text("fats"))], &["UnknownWord@15"]),
            (&[ok.clone(), ("mode", Value::Word("fast".to_owned()))], &[]),
            (&[ok.clone(), ("turns", Value::Int(0))], &["OutOfRange@15"]),
            (&[ok.clone(), ("turns", Value::Float(1.0))], &["WrongType@15"]),
            (&[ok.clone(), ("words", text("a"))], &["WrongType@15"]),
            (
                &[
                    ok.clone(),
                    ("words", Value::List(vec![Spanned { it: Value::Int(1), span: Span::new(77, 78) }])),
                ],
                &["WrongType@77"],
            ),
            (&[ok.clone(), ("size", text("1.5M"))], &[]),
            (&[ok.clone(), ("size", text("lots"))], &["Invalid@15"]),
            (&[ok.clone(), ("size", Value::Int(8000))], &["WrongType@15"]),
            (
                &[ok.clone(), ("slo", Value::Object(object(&[("p59", Value::Bool(true))])))],
                &["UnknownField@0", "MissingField@10"],
            ),
            (&[ok.clone(), ("limit", Value::Int(12))], &["OutOfRange@15"]),
            (&[ok.clone(), ("limit", text("x"))], &["WrongType@15"]),
        ];
        for (entries, expected) in table {
            assert_eq!(found(entries), *expected, "{entries:?}");
        }
    }

    #[test]
    fn help_names_the_way_out() {
        let mut problems = Vec::new();
        let block = Spanned { it: "block".to_owned(), span: Span::default() };
        let fields =
            object(&[("treshold", Value::Float(0.5)), ("threshold", text("0.5")), ("mode", text("x"))]);
        check(&fields, SCHEMA, &block, &mut problems);
        let help: Vec<&str> = problems.iter().filter_map(|problem| problem.help.as_deref()).collect();
        assert_eq!(help, ["write `threshold`", "remove the quotes: `0.5`", "use one of `fast`, `slow`"]);
    }
}
