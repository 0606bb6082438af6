//! One name changed wherever it stands.

use super::{Form, Mention, Scope, Space, Symbol, of};
use crate::diagnostic::Edit;
use crate::syntax::escape::{encode, written};

/// Why a name stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameRefused {
    /// What stands there is not a name that the policy gives.
    NotAName,
    /// The new name cannot be written there.
    Invalid(String),
    /// Something else of the same kind already has it.
    Taken(String),
}

impl std::fmt::Display for RenameRefused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RenameRefused::NotAName => formatter.write_str("this is not a name that the policy gives"),
            RenameRefused::Invalid(why) => formatter.write_str(why),
            RenameRefused::Taken(what) => {
                let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                write!(formatter, "there is already {article} {what}")
            }
        }
    }
}

impl std::error::Error for RenameRefused {}

/// The edits that give `symbol` another name.
pub fn rename(mentions: &[Mention], symbol: &Symbol, new: &str) -> Result<Vec<Edit>, RenameRefused> {
    if !of(mentions, symbol).any(Mention::declares) {
        return Err(RenameRefused::NotAName);
    }
    if new == symbol.name {
        return Ok(Vec::new());
    }
    check(mentions, symbol, new)?;
    let edit = |mention: &Mention| {
        let text = match mention.form {
            Form::Bare => written(new),
            Form::Word => new.to_owned(),
            Form::Quoted => encode(new),
            Form::Inside => encode(new).trim_matches('"').to_owned(),
        };
        Edit::new(mention.span, text)
    };
    Ok(of(mentions, symbol).map(edit).collect())
}

fn check(mentions: &[Mention], symbol: &Symbol, new: &str) -> Result<(), RenameRefused> {
    let invalid = |why: &str| Err(RenameRefused::Invalid(why.to_owned()));
    if new.trim().is_empty() {
        return invalid("a name is not empty");
    }
    if new.chars().any(char::is_control) || new.contains(['"', '\\']) {
        return invalid("a name has no line breaks, quotation marks and backslashes");
    }
    let only_words = of(mentions, symbol).any(|mention| mention.form == Form::Word);
    if only_words && written(new) != new {
        return invalid("this name is made of ASCII letters, digits, `_`, `-`, `.` and `/`");
    }
    match &symbol.space {
        // What stands behind the colon is the level.
        Space::Signal(kind) if kind == "complexity" && new.contains(':') => {
            return invalid("the name of a complexity signal has no `:`");
        }
        Space::Recipe if new == "default" => return invalid("`default` is the top level"),
        _ => {}
    }
    let clashes = |mention: &&Mention| {
        mention.symbol().is_some_and(|other| {
            other.name == new && shares_names(&other.space, &symbol.space, other.scope, symbol.scope)
        })
    };
    match mentions.iter().find(clashes).and_then(Mention::symbol) {
        Some(other) => Err(RenameRefused::Taken(format!("{} `{new}`", other.space.describe()))),
        None => Ok(()),
    }
}

/// Whether one name cannot be given in both: in partitions the two families stand side by side, and in scores the
/// scores and the outputs.
fn shares_names(one: &Space, other: &Space, one_scope: Scope, other_scope: Scope) -> bool {
    let families =
        |space: &Space| matches!(space, Space::Signal(kind) if kind == "domain" || kind == "embedding");
    let projected = |space: &Space| matches!(space, Space::Score | Space::Output);
    one_scope == other_scope
        && (one == other || (families(one) && families(other)) || (projected(one) && projected(other)))
}
