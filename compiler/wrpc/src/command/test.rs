//! `wrpc test`: the TEST blocks of policies and the tables of requests beside them.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;
use wrp_graph::graph::Graph;

use super::{Exit, Format};
use crate::companion::Asker;
use crate::gateway::Address;
use crate::policy::{self, Loaded};
use crate::probe::{self, Failure, Table};
use crate::report::plural;
use crate::request::Request;
use crate::trace::{self, Answers, Question};
use crate::{Console, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc test policies/\n  wrpc test quick-start.wrp --filter urgent\n\nRuns TEST blocks, and \
                        x.probes.yaml beside x.wrp. A probe gives a request and what\nmust become of it; what a model would \
                        say stands in the probe (answers, unknown)."
)]
pub(crate) struct Args {
    /// Policies, tables (*.probes.yaml), or folders with either
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A table that lies elsewhere; for one policy
    #[arg(long, value_name = "FILE")]
    probes: Option<PathBuf>,
    /// Only rows whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Ask this host instead of taking the answers that the rows give
    #[arg(long, value_name = "URL")]
    host: Option<Address>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What became of one row.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure>,
    /// Why it could not be held against the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

#[derive(Debug, Serialize)]
struct Suite {
    policy: String,
    rows: Vec<Row>,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let asker = arguments.host.clone().map(Asker::new).transpose()?;
    let mut suites = Vec::new();
    let mut broken = false;
    for path in policies(&arguments.paths)? {
        let Some(loaded) = policy::load_one(&path, console)? else {
            broken = true;
            continue;
        };
        let table = arguments.probes.clone().unwrap_or_else(|| probe::beside(&path));
        let table = if arguments.probes.is_some() || table.exists() { Some(table) } else { None };
        let ask = asker.as_ref().map(|asker| move |question: Question<'_>| asker.answers(question));
        let host = ask.as_ref().map(|ask| ask as Answers<'_>);
        let mut rows = blocks(&loaded, host);
        if let Some(table) = &table {
            rows.extend(probes(&loaded.graph, table, host)?);
        }
        if let Some(asker) = &asker {
            asker.complaint()?;
        }
        rows.retain(|row| arguments.filter.as_ref().is_none_or(|text| row.name.contains(text.as_str())));
        suites.push(Suite { policy: path.display().to_string(), rows });
    }
    match arguments.format {
        Format::Json => console.json_pretty(&serde_json::json!({"version": 1, "policies": suites}))?,
        Format::Human => suites.iter().try_for_each(|suite| draw(suite, console))?,
    }
    let failed = suites.iter().flat_map(|suite| &suite.rows).any(|row| row.outcome == Outcome::Failed);
    Ok(if failed || broken { Exit::Findings } else { Exit::Fine })
}

/// The policies to test; a table stands for its policy.
fn policies(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut policies = Vec::new();
    for path in paths {
        for file in sources::files_under(path, &|path| sources::is_policy(path) || probe::is_table(path))? {
            let policy = if probe::is_table(&file) { policy_of(&file)? } else { file };
            if !policies.contains(&policy) {
                policies.push(policy);
            }
        }
    }
    Ok(policies)
}

fn policy_of(table: &Path) -> anyhow::Result<PathBuf> {
    if let Some(policy) = Table::read(table)?.policy {
        return Ok(table.with_file_name("").join(policy));
    }
    let name = table.to_string_lossy();
    let stem = name.strip_suffix(probe::ENDING).unwrap_or(&name);
    ["wrp", "dsl"]
        .map(|ending| PathBuf::from(format!("{stem}.{ending}")))
        .into_iter()
        .find(|policy| policy.exists())
        .with_context(|| format!("there is no policy for `{name}`"))
}

fn blocks(loaded: &Loaded, host: Option<Answers<'_>>) -> Vec<Row> {
    let recipes = loaded.policy.recipes.iter();
    let cases = recipes.flat_map(|recipe| recipe.tests.iter().map(move |case| (recipe.name.as_str(), case)));
    let rows = cases.map(|(recipe, case)| {
        let request = Request::of_prompt(&case.query.it);
        let trace = trace::trace(&loaded.graph, Some(recipe), &request, host.unwrap_or(&trace::nobody));
        let name = format!("{}: {}", case.block, case.query.it);
        if let (None, [first, ..]) = (host, trace.asked.as_slice()) {
            let reason = format!(
                "only a model can tell `{}`: write a probe that answers it, or give --host",
                first.query
            );
            return Row { name, outcome: Outcome::Skipped, failures: Vec::new(), skipped: Some(reason) };
        }
        let found = trace.route.unwrap_or_else(|| "none".to_owned());
        let failure = Failure { what: "route".to_owned(), expected: case.route.it.clone(), found };
        let failures = if failure.expected == failure.found { Vec::new() } else { vec![failure] };
        Row::of(name, failures)
    });
    rows.collect()
}

fn probes(graph: &Graph, table: &Path, host: Option<Answers<'_>>) -> anyhow::Result<Vec<Row>> {
    let folder = table.parent().unwrap_or(Path::new(""));
    let probes = Table::read(table)?.probes;
    let rows = probes.iter().map(|row| {
        let (_, failures) = probe::check(graph, row, folder, host)
            .with_context(|| format!("`{}`, row `{}`", table.display(), row.name))?;
        Ok(Row::of(row.name.clone(), failures))
    });
    rows.collect()
}

impl Row {
    fn of(name: String, failures: Vec<Failure>) -> Row {
        let outcome = if failures.is_empty() { Outcome::Passed } else { Outcome::Failed };
        Row { name, outcome, failures, skipped: None }
    }
}

fn draw(suite: &Suite, console: &mut Console<'_>) -> anyhow::Result<()> {
    let red = console.style(anstyle::AnsiColor::Red.on_default());
    let bold = console.style(anstyle::Style::new().bold());
    let count = |outcome| suite.rows.iter().filter(|row| row.outcome == outcome).count();
    for row in &suite.rows {
        match (&row.skipped, row.outcome) {
            (Some(reason), _) => writeln!(console.out, "skipped  {}\n           {reason}", row.name)?,
            (None, Outcome::Failed) => {
                writeln!(console.out, "{red}failed{red:#}   {bold}{}{bold:#}", row.name)?;
                for failure in &row.failures {
                    let Failure { what, expected, found } = failure;
                    writeln!(console.out, "           {what}: expected {expected}, found {found}")?;
                }
            }
            (None, _) => {}
        }
    }
    let counted = [(Outcome::Passed, "passed"), (Outcome::Failed, "failed"), (Outcome::Skipped, "skipped")];
    let counted: Vec<String> = counted
        .into_iter()
        .filter(|(outcome, _)| count(*outcome) > 0)
        .map(|(outcome, word)| format!("{} {word}", count(outcome)))
        .collect();
    let counted = if counted.is_empty() { "no tests".to_owned() } else { counted.join(", ") };
    writeln!(console.out, "{}: {} of {}", suite.policy, counted, plural(suite.rows.len(), "row"))?;
    Ok(())
}
