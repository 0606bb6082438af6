//! Which names a condition of a scope may test.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::signal::complexity::LEVELS;

use crate::policy::Recipe;

/// The names of one scope, by kind.
#[derive(Debug, Default)]
pub(crate) struct Names<'r> {
    /// What SIGNAL blocks are called.
    declared: BTreeMap<&'r str, BTreeSet<&'r str>>,
    /// What tests can be true of: roles instead of authz signals, and mapping outputs.
    emitted: BTreeMap<&'r str, BTreeSet<&'r str>>,
}

impl<'r> Names<'r> {
    pub(crate) fn of(recipe: &'r Recipe) -> Names<'r> {
        let mut names = Names::default();
        for signal in &recipe.signals {
            let kind = signal.kind.name;
            names.declared.entry(kind).or_default().insert(&signal.name.it);
            let emitted =
                if kind == "authz" { signal.fields.text("role") } else { Some(signal.name.it.as_str()) };
            names.emitted.entry(kind).or_default().extend(emitted);
        }
        let outputs = recipe.mappings.iter().flat_map(|mapping| &mapping.outputs);
        names.emitted.entry("projection").or_default().extend(outputs.map(|band| band.name.it.as_str()));
        names
    }

    /// Whether a test of this name can ever be true. A complexity name carries its level: `effort:hard`.
    pub(crate) fn knows(&self, kind: &str, name: &str) -> bool {
        if kind == "complexity" {
            return name
                .rsplit_once(':')
                .is_some_and(|(base, level)| self.declares(kind, base) && LEVELS.contains(&level));
        }
        self.emitted.get(kind).is_some_and(|names| names.contains(name))
    }

    /// Whether a SIGNAL block has this name.
    pub(crate) fn declares(&self, kind: &str, name: &str) -> bool {
        self.declared.get(kind).is_some_and(|names| names.contains(name))
    }

    /// What can be tested under a kind, to look for the one that was meant; complexity signals without their
    /// levels. None among thousands: there nearly everything
    /// is near, and a suggestion would be luck.
    pub(crate) fn under(&self, kind: &str) -> impl Iterator<Item = &'r str> {
        self.emitted.get(kind).filter(|names| names.len() <= 1_000).into_iter().flatten().copied()
    }
}
