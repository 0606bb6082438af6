//! What callers see before any route does: recipes, the names that ask for them, the semantics.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{Policy, Semantics};

/// Something beside the routes that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What it is, with its name if it has one.
    pub what: String,
    /// Absent where it is not there.
    pub old: Option<String>,
    pub new: Option<String>,
    /// Whether a caller meets it by itself; if not, what it changes shows in decisions.
    pub is_change: bool,
}

/// The recipes to compare, by index.
pub(super) fn pairs(old: &Policy, new: &Policy) -> Vec<(usize, usize)> {
    let mut pairs = vec![(0, 0)];
    let named = |policy: &Policy, name: &str| policy.recipes.iter().skip(1).position(|it| it.name == name);
    for (number, recipe) in old.recipes.iter().enumerate().skip(1) {
        if let Some(at) = named(new, &recipe.name) {
            pairs.push((number, at + 1));
        }
    }
    // One that is asked for by the same name, and has a new one itself.
    let (asked, asked_now) = (asked(old), asked(new));
    for (name, number) in &asked {
        if let Some(other) = asked_now.get(name)
            && !pairs.iter().any(|(one, two)| one == number || two == other)
        {
            pairs.push((*number, *other));
        }
    }
    pairs
}

/// The recipe that each public model name asks for.
fn asked(policy: &Policy) -> BTreeMap<&str, usize> {
    let mut asked: BTreeMap<&str, usize> = policy.aliases.iter().map(|alias| (alias.as_str(), 0)).collect();
    for entrypoint in &policy.entrypoints {
        asked.extend(entrypoint.model_names.iter().map(|name| (name.it.as_str(), entrypoint.recipe)));
    }
    asked
}

pub(super) fn settings(old: &Policy, new: &Policy, pairs: &[(usize, usize)]) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut add = |what: &str, one: Option<String>, other: Option<String>, is_change| {
        if one != other {
            settings.push(Setting { what: what.to_owned(), old: one, new: other, is_change });
        }
    };
    let semantics = |policy: &Policy| match policy.semantics {
        Semantics::Vsr2026_08 => "vsr-2026-08".to_owned(),
        Semantics::Strict => "strict".to_owned(),
    };
    add("semantics", Some(semantics(old)), Some(semantics(new)), false);
    let default = |policy: &Policy| policy.default_model.as_ref().map(|model| model.it.clone());
    add("default model", default(old), default(new), false);
    let (before, after) = (asked(old), asked(new));
    let reached = |asked: &BTreeMap<&str, usize>, number: usize| asked.values().any(|it| *it == number);
    let (kept, kept_now): (BTreeSet<usize>, BTreeSet<usize>) = pairs.iter().copied().unzip();
    for (number, recipe) in old.recipes.iter().enumerate().filter(|(number, _)| !kept.contains(number)) {
        add("recipe", Some(recipe.name.clone()), None, reached(&before, number));
    }
    for (number, recipe) in new.recipes.iter().enumerate().filter(|(number, _)| !kept_now.contains(number)) {
        add("recipe", None, Some(recipe.name.clone()), reached(&after, number));
    }
    for (one, other) in pairs {
        add("recipe", Some(old.recipes[*one].name.clone()), Some(new.recipes[*other].name.clone()), false);
    }
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in names {
        let (one, other) = (before.get(name), after.get(name));
        let same = matches!((one, other), (Some(one), Some(other)) if pairs.contains(&(*one, *other)));
        if !same {
            let told = |policy: &Policy, number: Option<&usize>| Some(policy.recipes[*number?].name.clone());
            let what = format!("model name `{name}`");
            settings.push(Setting { what, old: told(old, one), new: told(new, other), is_change: true });
        }
    }
    settings
}
