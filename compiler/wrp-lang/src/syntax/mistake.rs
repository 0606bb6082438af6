//! Faults that are better explained by what the author had in mind.

use super::SYNTAX_ERROR;
use super::fault::{Fault, Wanted};
use super::route::ROUTE_ITEMS;
use super::token::{Kind, Reader};
use crate::diagnostic::{Diagnostic, Fix};

/// Blocks of older versions, of papers and of other languages.
const FOREIGN: &[(&str, &str)] = &[
    ("BACKEND", "leave addresses to the proxy; declare the model with `MODEL name { … }`"),
    ("GLOBAL", "write `ROUTING { … }`"),
    ("SIGNAL_GROUP", "write `PROJECTION partition name { … }`"),
    ("DECISION", "write `ROUTE name { … }`"),
    ("SESSION_STATE", "remove it; a policy declares no session state"),
    ("RULE", "write `ROUTE name { … }`"),
    ("TOOL", "name tools in a `ROLE name { … }`, or in `PLUGIN tools { … }`"),
];

/// Whether a block of this name belongs elsewhere, and is no slip of a name of ours.
pub(super) fn is_foreign_block(word: &str) -> bool {
    FOREIGN.iter().any(|(name, _)| *name == word)
}

/// What to say of a fault that looks like a common mistake.
pub(super) fn common_mistake(fault: Fault, reader: &Reader<'_>) -> Option<Diagnostic> {
    let at = fault.at;
    let token = reader.token(at)?;
    let text = reader.slice(token.span);
    let say =
        |message: String, help: String| Some(Diagnostic::new(&SYNTAX_ERROR, token.span, message).help(help));
    match fault.wanted {
        Wanted::Block => {
            let (_, help) = FOREIGN.iter().find(|(name, _)| *name == text)?;
            say(format!("there is no block `{text}`"), (*help).to_owned())
        }
        Wanted::TreeItem if text == "PRIORITY" => {
            let help = "remove it; the first branch whose condition holds is taken";
            say("a branch has no `PRIORITY`".to_owned(), help.to_owned())
        }
        Wanted::TreeItem if text == "WHEN" => {
            let help = "remove it; the condition of a branch stands behind its `IF`";
            say("a branch has no `WHEN`".to_owned(), help.to_owned())
        }
        Wanted::RouteItem if text == "NAME" => {
            say("a route has no `NAME`".to_owned(), "name the route behind `ROUTE`".to_owned())
        }
        Wanted::Name | Wanted::Word if matches!(token.kind, Kind::Int | Kind::Float) => {
            let whole = if runs_on(at, reader) { token.span.to(reader.span_at(at + 1)) } else { token.span };
            let message = "a bare name does not begin with a digit".to_owned();
            let fix = Fix::write(whole, format!("\"{}\"", reader.slice(whole)));
            Some(Diagnostic::new(&SYNTAX_ERROR, whole, message).help(fix.title.clone()).fix(fix))
        }
        Wanted::RouteItem | Wanted::TreeItem | Wanted::AssertItem | Wanted::FieldName
            if matches!(text, ")" | "]") =>
        {
            say(format!("this `{text}` closes nothing"), "remove it".to_owned())
        }
        Wanted::RouteItem | Wanted::TreeItem if reader.text_at(at + 1) == "(" => {
            let help = "write `AND` or `OR` between the conditions";
            say("a condition stands behind another".to_owned(), help.to_owned())
        }
        Wanted::AssertItem if super::route::ROUTE_ITEMS.contains(&text) => {
            let help = "remove it; an assertion says what must hold of the routes";
            say(format!("an assertion has no `{text}`"), help.to_owned())
        }
        Wanted::Comparison if token.kind == Kind::Word && reader.text_at(at + 1) == "(" => {
            let help = "write what the request is like behind `WHEN`";
            say(format!("`{text}(…)` is a condition, not a comparison"), help.to_owned())
        }
        Wanted::Sign(':') if at >= 2 && runs_on(at - 2, reader) => {
            let whole = reader.span_at(at - 2).to(reader.span_at(at - 1));
            let message = format!("`{}` is not a number", reader.slice(whole));
            let help = "write numbers without an exponent or a unit, and anything else in `\"` quotes";
            Some(Diagnostic::new(&SYNTAX_ERROR, whole, message).help(help))
        }
        Wanted::Keyword("ELSE") if text == "IF" => {
            say("a second `IF` in one tree".to_owned(), "write `ELSE IF`".to_owned())
        }
        Wanted::Name if text == "{" => {
            say("the block has no name".to_owned(), "write a name before the `{`".to_owned())
        }
        Wanted::Condition if token.kind == Kind::Word && !ROUTE_ITEMS.contains(&text) => {
            let help = format!("write a condition as `kind(\"name\")`, for example `keyword(\"{text}\")`");
            say(format!("`{text}` is not a condition"), help)
        }
        _ => None,
    }
}

/// Whether a number at this token runs into a word, as `3b-x` and `1e5` do.
fn runs_on(at: usize, reader: &Reader<'_>) -> bool {
    let (Some(number), Some(word)) = (reader.token(at), reader.token(at + 1)) else { return false };
    let touching = number.span.end == word.span.start;
    touching && matches!(number.kind, Kind::Int | Kind::Float) && word.kind == Kind::Word
}
