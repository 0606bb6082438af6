//! `wrpc fmt`: one way to write a policy.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;
use wrp_lang::format::FormatRefused;

use super::{Exit, Format};
use crate::report::plural;
use crate::{Console, difference, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc fmt policies/\n  wrpc fmt --check .       shows what would change, exits 1 if anything \
                        would\n  wrpc fmt - < a.wrp       prints the formatted text\n\nComments and trees are kept. A file \
                        whose formatted text would not mean the same is left alone."
)]
pub(crate) struct Args {
    /// Files, folders (every .wrp and .dsl below), or `-` for the standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; show the differences and exit 1 if there are any
    #[arg(long)]
    check: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What became of one file.
enum Outcome {
    Same,
    Changed(String),
    Refused(String),
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let from_input = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    anyhow::ensure!(!from_input || arguments.paths.len() == 1, "`-` stands alone");
    let sources = sources::read(&arguments.paths, console.input)?;
    let mut files = Vec::new();
    let (mut changed, mut refused) = (0, 0);
    for source in &sources {
        let outcome = match wrp_lang::format::format(source) {
            Ok(text) if text == source.text => Outcome::Same,
            Ok(text) => Outcome::Changed(text),
            Err(FormatRefused::Syntax(_)) => {
                Outcome::Refused("it cannot be read; `wrpc check` says why".to_owned())
            }
            Err(FormatRefused::Unfaithful) => {
                Outcome::Refused("formatted, it would not mean the same".to_owned())
            }
        };
        let word = match &outcome {
            Outcome::Same => "unchanged",
            Outcome::Changed(_) => "changed",
            Outcome::Refused(_) => "refused",
        };
        files.push(json!({
            "file": source.name,
            "outcome": word,
            "reason": if let Outcome::Refused(reason) = &outcome { Some(reason) } else { None },
        }));
        match &outcome {
            Outcome::Same => {}
            Outcome::Changed(text) if arguments.check => {
                changed += 1;
                if arguments.format == Format::Human {
                    difference::show(source, text, console)?;
                }
            }
            Outcome::Changed(text) => {
                changed += 1;
                if !from_input {
                    fs::write(&source.name, text)
                        .with_context(|| format!("cannot write `{}`", source.name))?;
                }
            }
            Outcome::Refused(reason) => {
                refused += 1;
                writeln!(console.err, "{}: left alone: {reason}", source.name)?;
            }
        }
        if from_input && !arguments.check && arguments.format == Format::Human {
            let text = if let Outcome::Changed(text) = &outcome { text } else { &source.text };
            console.out.write_all(text.as_bytes())?;
        }
    }
    match arguments.format {
        Format::Json => console.json_pretty(&json!({"version": 1, "files": files}))?,
        Format::Human if !from_input => {
            let verb = if arguments.check { "would change" } else { "changed" };
            let left =
                if refused > 0 { format!(", {} left alone", plural(refused, "file")) } else { String::new() };
            writeln!(console.out, "{verb} {} of {}{left}", changed, plural(sources.len(), "file"))?;
        }
        Format::Human => {}
    }
    let findings = refused > 0 || (arguments.check && changed > 0);
    Ok(if findings { Exit::Findings } else { Exit::Fine })
}
