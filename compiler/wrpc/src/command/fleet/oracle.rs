//! `wrpc fleet oracle`: the reference simulator's questions in JSON lines, its answers in JSON lines.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};

use crate::Console;
use crate::command::Exit;
use crate::fleet::question::{OPERATIONS, Question};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  echo '{\"op\":\"erlang_c\",\"c\":10,\"a\":8}' | wrpc fleet oracle --compat --input -\n\nArguments \
                  stand beside `op`, or in `args` as an object or in order. `cdf` is a list of [tokens, share] or the path of \
                  a\nfile with one. An answer is {\"op\",\"result\"} or {\"op\",\"error\"}; an `id` comes back."
)]
pub(crate) struct Args {
    /// Compute as the reference simulator does; there is no other way yet
    #[arg(long, required = true)]
    compat: bool,
    /// JSON lines, or `-` for the standard input
    #[arg(long, value_name = "FILE.jsonl")]
    input: PathBuf,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let name = arguments.input.display().to_string();
    let reader: Box<dyn Read + '_> = match name == "-" {
        true => Box::new(&mut *console.input),
        false => {
            Box::new(std::fs::File::open(&arguments.input).with_context(|| format!("cannot read `{name}`"))?)
        }
    };
    let mut exit = Exit::Fine;
    for line in BufReader::new(reader).lines() {
        let line = line.with_context(|| format!("cannot read `{name}`"))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(&line);
        if answer.get("error").is_some() {
            exit = Exit::Findings;
        }
        serde_json::to_writer(&mut *console.out, &answer)?;
        writeln!(console.out)?;
    }
    Ok(exit)
}

fn answer(line: &str) -> Value {
    let value: Value = match serde_json::from_str(line) {
        Ok(value) => value,
        Err(error) => return json!({"error": format!("not JSON: {error}")}),
    };
    let op = value.get("op").and_then(Value::as_str).unwrap_or_default();
    let mut answer = json!({"op": op});
    if let Some(id) = value.get("id") {
        answer["id"] = id.clone();
    }
    let operation = OPERATIONS.iter().find(|(name, _)| *name == op);
    let result = match operation {
        Some((_, run)) => run(&Question::new(&value)),
        None => {
            let names = OPERATIONS.iter().map(|(name, _)| *name);
            Err(anyhow::anyhow!("no operation is called `{op}`{}", super::super::did_you_mean(op, names)))
        }
    };
    match result {
        Ok(result) => answer["result"] = result,
        Err(error) => answer["error"] = json!(format!("{error:#}")),
    }
    answer
}
