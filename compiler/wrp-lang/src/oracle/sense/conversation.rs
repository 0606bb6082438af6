//! The shape of a conversation, counted anew for every signal.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    let feature = fields.object("feature")?;
    let number = f64::from(count(feature.object("source")?, facts)?);
    let (matched, value) = match feature.text("type")? {
        "exists" => (number > 0.0, number.min(1.0)),
        "count" => (fields.object("predicate").is_none_or(|predicate| passes(predicate, number)), number),
        _ => return None,
    };
    Some(Reading::confident(matched, f64::from(u8::from(matched))).with_value(value))
}

fn count(source: &Fields, facts: &Facts<'_>) -> Option<u32> {
    let it = &facts.conversation;
    let developer = u32::from(it.developer_messages > 0);
    let others = [it.assistant_messages, it.system_messages, it.tool_messages, developer];
    Some(match (source.text("type")?, source.text("role").unwrap_or_default()) {
        ("message", "user") => it.user_messages,
        ("message", "assistant") => it.assistant_messages,
        ("message", "system") => it.system_messages,
        ("message", "developer") => developer,
        ("message", "tool") => it.tool_messages,
        ("message", "non_user") => others.iter().sum(),
        ("message", "") => it.user_messages + others.iter().sum::<u32>(),
        ("tool_definition", _) => it.tool_definitions,
        ("assistant_tool_call", _) => it.assistant_tool_calls,
        ("assistant_tool_cycle", _) => it.assistant_tool_cycles,
        ("active_tool_loop", _) => u32::from(it.active_tool_loop),
        ("image_content", _) => it.images,
        _ => return None,
    })
}

fn passes(predicate: &Fields, number: f64) -> bool {
    let fails = |key: &str, fails: fn(f64, f64) -> bool| {
        predicate.number(key).is_some_and(|bound| fails(number, bound))
    };
    !(fails("gt", |a, b| a <= b)
        || fails("gte", |a, b| a < b)
        || fails("lt", |a, b| a >= b)
        || fails("lte", |a, b| a > b))
}
