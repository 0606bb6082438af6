#![doc = include_str!("invalid_partition.md")]

use wrp_graph::schema::Fields;
use wrp_graph::signal::domain;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Partition, Recipe};
use crate::resolve::findings::Findings;

pub static INVALID_PARTITION: Lint = Lint {
    code: "WRP0228",
    name: "invalid-partition",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("invalid_partition.md"),
};

pub(crate) fn check(partition: &Partition, fields: &Fields, recipe: &Recipe, findings: &mut Findings) {
    let name = &partition.name;
    let invalid = |message: String| Diagnostic::new(&INVALID_PARTITION, name.span, message);
    if let Some(members) = fields.get("members").filter(|value| value.it.as_list() == Some(&[])) {
        let found =
            Diagnostic::new(&INVALID_PARTITION, members.span, "a partition without members does nothing");
        findings.push_ignored(found.help("name the signals that exclude each other"));
    } else if partition.default.is_none() {
        let found = invalid(format!("partition `{}` leaves open what holds when no member does", name.it));
        findings.push_ignored(found.help("add `default`"));
    }
    for member in &partition.members {
        let mut of = recipe.signals.iter().filter(|it| it.name.it == member.it);
        let families = ["domain", "embedding"];
        if let Some(other) =
            of.find(|it| families.contains(&it.kind.name) && it.kind.name != partition.family)
            && !recipe.signals.iter().any(|it| it.kind.name == partition.family && it.name.it == member.it)
        {
            let (kind, family) = (other.kind.name, &partition.family);
            let message = format!("`{}` is of {kind}, while the partition is of {family}", member.it);
            let found = Diagnostic::new(&INVALID_PARTITION, member.span, message);
            findings.push_ignored(found.help(format!("remove it, or partition {family} and {kind} apart")));
        }
    }
    if partition.softmax.is_some() && partition.family == "domain" {
        for member in &partition.members {
            if let Some(signal) =
                recipe.signals.iter().find(|it| it.kind.name == "domain" && it.name.it == member.it)
                && signal.fields.texts("mmlu_categories").is_empty()
                && !domain::LABELS.contains(&member.it.as_str())
            {
                let message = format!("`{}` stands for none of the classifier's labels", member.it);
                let found = Diagnostic::new(&INVALID_PARTITION, member.span, message).level(Level::Error);
                findings.push(
                    found
                        .help("give the domain `mmlu_categories`")
                        .related(signal.name.span, "declared here"),
                );
            }
        }
    }
}
