//! A declaration as JSON, for whoever evaluates it: the fields that count, and nothing that is read past.

use serde_json::{Map, Value as Json};

use super::check::has_form;
use super::{Field, Fields, Shape, Value};

/// What `schema` reads of `fields`: unknown names and values of the wrong form are left out, of a name that
/// stands twice the last one stays, bare words are strings. Keys come out sorted.
pub fn json(fields: &Fields, schema: &[Field]) -> Json {
    let read = |field: &Field| {
        let value = &fields.get(field.name)?.it;
        has_form(value, &field.shape).then(|| (field.name.to_owned(), json_value(value, &field.shape)))
    };
    Json::Object(schema.iter().filter_map(read).collect::<Map<_, _>>())
}

fn json_value(value: &Value, shape: &Shape) -> Json {
    match (value, shape) {
        (Value::Object(fields), Shape::Object(schema)) => json(fields, schema),
        (Value::List(items), Shape::List(shape)) => Json::Array(
            items
                .iter()
                .filter(|item| has_form(&item.it, shape))
                .map(|item| json_value(&item.it, shape))
                .collect(),
        ),
        (value, Shape::Either(shapes)) => match shapes.iter().find(|shape| has_form(value, shape)) {
            Some(shape) => json_value(value, shape),
            None => Json::Null,
        },
        (value, _) => plain(value),
    }
}

/// A value whose inside no schema describes.
fn plain(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Word(text) => Json::from(text.as_str()),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Bool(flag) => Json::from(*flag),
        Value::List(items) => items.iter().map(|item| plain(&item.it)).collect(),
        Value::Object(fields) => {
            let entries = fields.entries.iter().map(|entry| (entry.key.it.clone(), plain(&entry.value.it)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}
