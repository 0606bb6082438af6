//! The rule tree of a decision as a condition.

use serde_yaml::{Mapping, Value};

use super::text::{name, quoted, value};
use super::{maps, text_of};

/// `None` where a rule always matches.
pub(super) fn condition(rules: &Value) -> Result<Option<String>, &'static str> {
    let Some(rules) = rules.as_mapping() else { return Ok(None) };
    let always =
        rules.is_empty() || (text_of(rules, "operator").eq_ignore_ascii_case("AND") && children(rules) == 0);
    if always && !rules.contains_key("type") {
        return Ok(None);
    }
    node(rules, Place::Top).map(Some)
}

/// What stands around a node, as far as parentheses depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Top,
    And,
    Or,
    Not,
}

fn node(rule: &Mapping, place: Place) -> Result<String, &'static str> {
    if rule.contains_key("type") {
        return Ok(leaf(rule));
    }
    let operator = text_of(rule, "operator").to_ascii_uppercase();
    if operator == "NOT" {
        let mut only = maps(rule, "conditions");
        return match (only.next(), only.next()) {
            (Some(child), None) => Ok(format!("NOT {}", node(child, Place::Not)?)),
            _ => Err("a NOT without exactly one condition never matches"),
        };
    }
    // Without an operator the reference's engine takes any.
    let (word, inside) = if operator == "AND" { (" AND ", Place::And) } else { (" OR ", Place::Or) };
    let parts = maps(rule, "conditions").map(|child| node(child, inside)).collect::<Result<Vec<_>, _>>()?;
    let joined = match parts.as_slice() {
        [] if inside == Place::Or => return Err("an OR without conditions never matches"),
        [] => return Err("an empty AND inside a rule has no form in the language"),
        // An AND or an OR of one is what it holds, except for an average that nobody can see.
        [only] => return Ok(only.clone()),
        _ => parts.join(word),
    };
    let bare = place == Place::Top || (inside == Place::And && place == Place::Or);
    Ok(if bare { joined } else { format!("({joined})") })
}

fn leaf(rule: &Mapping) -> String {
    let kind = text_of(rule, "type").trim().to_ascii_lowercase();
    let mut arguments = quoted(text_of(rule, "name"));
    for key in ["label", "predicate", "on_error"] {
        if let Some(it) = rule.get(key).filter(|it| !it.is_null()) {
            arguments.push_str(&format!(" {key}: {}", value(it)));
        }
    }
    format!("{}({arguments})", name(&kind))
}

fn children(rule: &Mapping) -> usize {
    maps(rule, "conditions").count()
}
