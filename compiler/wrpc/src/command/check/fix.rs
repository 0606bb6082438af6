//! `wrpc check --fix`: what is certain is put right in the files, or shown.

use std::fs;
use std::path::Path;

use anyhow::Context;
use wrp_lang::diagnostic::Diagnostic;
use wrp_lang::fix::Fixed;
use wrp_lang::source::Source;

use super::{Args, Exit};
use crate::project::Projects;
use crate::report::plural;
use crate::{Console, difference};

/// What became of the files.
pub(super) enum Written {
    Files(Vec<Source>),
    /// Only shown, and there may have been something to show.
    Nothing(Exit),
}

pub(super) fn fix(
    sources: Vec<Source>,
    projects: &Projects,
    arguments: &Args,
    console: &mut Console<'_>,
) -> anyhow::Result<Written> {
    let from_input = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    anyhow::ensure!(
        !from_input || arguments.dry_run,
        "`-` has no file to put right; add --dry-run to see how"
    );
    let size = if arguments.together { sources.len().max(1) } else { 1 };
    let fixed: Vec<Fixed> = sources
        .chunks(size)
        .enumerate()
        .map(|(nth, policy)| {
            // What the project allows is not put right behind its back.
            let wanted = |source: usize, diagnostic: &Diagnostic| match projects.get(nth * size + source) {
                Some(project) => project.judge(Path::new(&policy[source].name), diagnostic.clone()).is_some(),
                None => true,
            };
            wrp_lang::fix::apply_safe(policy, &wanted)
        })
        .collect();
    let (made, refused) =
        fixed.iter().fold((0, 0), |(made, refused), it| (made + it.made, refused + it.refused));
    let after: Vec<Source> = fixed.into_iter().flat_map(|it| it.sources).collect();
    let mut changed = 0;
    for (before, after) in sources.iter().zip(&after).filter(|(before, after)| before.text != after.text) {
        changed += 1;
        match arguments.dry_run {
            true => difference::show(before, &after.text, console)?,
            false => fs::write(&after.name, &after.text)
                .with_context(|| format!("cannot write `{}`", after.name))?,
        }
    }
    let verb = if arguments.dry_run { "would make" } else { "made" };
    let left = match refused {
        0 => String::new(),
        refused => format!("; {} would have brought errors", plural(refused, "other")),
    };
    writeln!(console.err, "{verb} {} in {}{left}", counted(made), plural(changed, "file"))?;
    Ok(match arguments.dry_run {
        true => Written::Nothing(if changed > 0 { Exit::Findings } else { Exit::Fine }),
        false => Written::Files(after),
    })
}

fn counted(fixes: usize) -> String {
    format!("{fixes} {}", if fixes == 1 { "fix" } else { "fixes" })
}
