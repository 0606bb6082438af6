//! What a corpus says about a policy, beside what can be proved.

use std::path::PathBuf;

use serde_json::{Value, json};
use wrp_lang::lower::{self, Options};
use wrp_lang::measure::{
    Because, Group, How, Judged, Measured, Options as Budget, Pair, Raise, Rate, Verdict,
};

use super::Found;
use crate::companion::Asker;
use crate::fleet::table::{Table, percent};
use crate::gateway::Address;
use crate::report::plural;
use crate::{Console, corpus};

#[derive(Debug, clap::Args)]
pub(super) struct MeasureArgs {
    /// Prompts with recorded scores, as JSON lines: counts what fires together under the default recipe
    #[arg(long, value_name = "FILE.jsonl", help_heading = "Measured conflicts")]
    corpus: Option<PathBuf>,
    /// The companion host to ask about prompts without scores
    #[arg(long, value_name = "URL", requires = "corpus", help_heading = "Measured conflicts")]
    host: Option<Address>,
    /// Exemplars of embedding signals, `{"embedding:name": [[…], …]}`: proves which cannot fire together
    #[arg(long, value_name = "FILE.json", requires = "corpus", help_heading = "Measured conflicts")]
    vectors: Option<PathBuf>,
    /// How often two signals may fire together, as a share of all requests
    #[arg(long, default_value_t = 0.001, requires = "corpus", help_heading = "Measured conflicts")]
    epsilon: f64,
}

/// How many pairs are drawn; JSON has all.
const DRAWN: usize = 20;

impl MeasureArgs {
    pub(super) fn is_asked(&self) -> bool {
        self.corpus.is_some()
    }
}

/// Measures a policy that has no errors, and adds what is found; `None` where it has.
pub(super) fn measure(
    arguments: &MeasureArgs,
    found: &mut Found,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<Measured>> {
    let Some(path) = &arguments.corpus else { return Ok(None) };
    anyhow::ensure!(
        arguments.epsilon > 0.0 && arguments.epsilon < 1.0,
        "`--epsilon` is a share of requests, between 0 and 1"
    );
    let compiled = wrp_lang::compile_with(&found.sources, Options { unproved: true, ..Options::default() });
    if compiled.has_errors() {
        return Ok(None);
    }
    let kept = lower::lower(&compiled.policy, Options { keep_unused: true, ..Options::default() })?;
    let host = arguments.host.clone().map(Asker::new).transpose()?;
    let corpus = corpus::read(path, &kept, host.as_ref(), console.input)?;
    let vectors = arguments.vectors.as_deref().map(corpus::vectors).transpose()?.unwrap_or_default();
    let budget = Budget { epsilon: arguments.epsilon, vectors, ..Budget::default() };
    let (measured, findings) = wrp_lang::measure(&compiled, &corpus, &budget);
    found.findings.extend(findings);
    Ok(Some(measured))
}

pub(super) fn draw(
    measured: &Measured,
    arguments: &MeasureArgs,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let budget = share(arguments.epsilon);
    writeln!(
        console.out,
        "\nmeasured on {}, 95 % intervals, budget {budget}\n",
        plural(measured.prompts, "prompt")
    )?;
    let mut table = Table::new(["signal", "fires on", "of", "share", "between"]);
    for it in &measured.signals {
        table.row([
            it.signal.clone(),
            it.rate.hits.to_string(),
            it.rate.prompts.to_string(),
            share(it.rate.share()),
            ends(&it.rate),
        ]);
    }
    table.draw(console)?;
    for it in measured.silent() {
        let most = share(it.rate.high);
        writeln!(console.out, "never fires: {} (at most {most} of all requests)", it.signal)?;
    }
    if !measured.unmeasured.is_empty() {
        writeln!(console.out, "not in the corpus: {}", measured.unmeasured.join(", "))?;
    }
    pairs("signals", &measured.pairs, console)?;
    pairs("routes", &measured.routes, console)?;
    measured.groups.iter().try_for_each(|it| group(it, console))
}

fn pairs(what: &str, pairs: &[Pair], console: &mut Console<'_>) -> anyhow::Result<()> {
    let count = |wanted: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| wanted(pair)).count();
    let theory = count(&|it| it.verdict == Verdict::Impossible(Because::Theory));
    let geometry = count(&|it| matches!(it.verdict, Verdict::Impossible(Because::Geometry(_))));
    let unseen = |judged| count(&|it| matches!(it.verdict, Verdict::Rate(_)) && it.judged == judged);
    let reachable: Vec<&Pair> =
        pairs.iter().filter(|pair| matches!(pair.verdict, Verdict::Reachable { .. })).collect();
    writeln!(
        console.out,
        "\n{what}: {} fire together; {theory} cannot by the policy, {geometry} cannot by their vectors; of those never \
         seen together {} are within the budget, {} need more prompts",
        plural(reachable.len(), "pair"),
        unseen(Judged::Within),
        unseen(Judged::Open),
    )?;
    for pair in reachable.iter().take(DRAWN) {
        let Verdict::Reachable { id, prompt, rate } = &pair.verdict else { continue };
        let judged = match (pair.judged, pair.settled) {
            (Judged::Beyond, false) => "beyond the budget",
            (Judged::Beyond, true) => "beyond the budget, and rank decides",
            (Judged::Within, _) => "within the budget",
            (Judged::Open, _) => "needs more prompts",
        };
        let (hits, of) = (rate.hits, rate.prompts);
        writeln!(
            console.out,
            "\n  {} and {}: {hits} of {of}, {}  {judged}",
            pair.one,
            pair.other,
            ends(rate)
        )?;
        let prompt = prompt.as_ref().map(|prompt| format!(": {}", shortened(prompt))).unwrap_or_default();
        writeln!(console.out, "      for example `{id}`{prompt}")?;
        for Raise { signal, from, to, lost, left } in &pair.raises {
            let lost = plural(*lost, "prompt");
            writeln!(
                console.out,
                "      raise {signal} from {from} to {to}: it loses {lost}, {left} still meet"
            )?;
        }
    }
    if reachable.len() > DRAWN {
        writeln!(console.out, "\n  and {} more: --format json has all", reachable.len() - DRAWN)?;
    }
    Ok(())
}

fn group(group: &Group, console: &mut Console<'_>) -> anyhow::Result<()> {
    let Group { name, how, prompts, contested } = group;
    match how {
        How::Argmax => writeln!(
            console.out,
            "\npartition {name}: the surest stays, so at most one fires; on {contested} of {prompts} prompts two contended"
        )?,
        How::Bounds => writeln!(console.out, "\nclassifier {name}: the bounds exclude each other")?,
        How::Overlapping { labels: [one, other], bounds, at } => writeln!(
            console.out,
            "\nclassifier {name}: `{one}` from {} and `{other}` from {} can hold together, at {:.4} and {:.4}; they do on \
             {contested} of {prompts} prompts",
            bounds[0], bounds[1], at[0], at[1]
        )?,
    }
    Ok(())
}

pub(super) fn as_json(measured: &Measured, arguments: &MeasureArgs) -> Value {
    let all = |pairs: &[Pair]| pairs.iter().map(pair_json).collect::<Vec<_>>();
    let signals = measured.signals.iter().map(|it| json!({"signal": it.signal, "rate": rate_json(&it.rate)}));
    json!({
        "prompts": measured.prompts,
        "confidence": 0.95,
        "epsilon": arguments.epsilon,
        "signals": signals.collect::<Vec<_>>(),
        "silent": measured.silent().map(|it| &it.signal).collect::<Vec<_>>(),
        "unmeasured": measured.unmeasured,
        "pairs": all(&measured.pairs),
        "routes": all(&measured.routes),
        "groups": measured.groups.iter().map(group_json).collect::<Vec<_>>(),
    })
}

fn pair_json(pair: &Pair) -> Value {
    let (verdict, evidence) = match &pair.verdict {
        Verdict::Impossible(Because::Theory) => ("impossible", json!({"by": "policy"})),
        Verdict::Impossible(Because::Geometry(proof)) => {
            let proof = proof.iter().map(|it| json!({"exemplars": it.exemplars, "lambda": it.lambda}));
            ("impossible", json!({"by": "vectors", "certificates": proof.collect::<Vec<_>>()}))
        }
        Verdict::Reachable { id, prompt, rate } => {
            ("reachable", json!({"id": id, "prompt": prompt, "rate": rate_json(rate)}))
        }
        Verdict::Rate(rate) => ("rate", json!({"rate": rate_json(rate)})),
    };
    let judged = match pair.judged {
        Judged::Within => "within",
        Judged::Beyond => "beyond",
        Judged::Open => "open",
    };
    let raises = pair.raises.iter().map(
        |it| json!({"signal": it.signal, "from": it.from, "to": it.to, "lost": it.lost, "left": it.left}),
    );
    json!({
        "one": pair.one, "other": pair.other, "verdict": verdict, "evidence": evidence, "budget": judged,
        "settled": pair.settled, "raises": raises.collect::<Vec<_>>(),
    })
}

fn group_json(group: &Group) -> Value {
    let (how, counterexample) = match &group.how {
        How::Argmax => ("argmax", Value::Null),
        How::Bounds => ("bounds", Value::Null),
        How::Overlapping { labels, bounds, at } => {
            ("overlapping", json!({"labels": labels, "bounds": bounds, "at": at}))
        }
    };
    json!({
        "name": group.name, "how": how, "counterexample": counterexample, "prompts": group.prompts,
        "contested": group.contested,
    })
}

fn rate_json(rate: &Rate) -> Value {
    json!({"hits": rate.hits, "prompts": rate.prompts, "low": rate.low, "high": rate.high})
}

fn ends(rate: &Rate) -> String {
    format!("{} – {}", share(rate.low), share(rate.high))
}

/// A share, with as many digits as rare things need.
fn share(share: f64) -> String {
    if share > 0.0 && share < 0.01 { format!("{:.3} %", share * 100.0) } else { percent(share) }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    let line = text.replace('\n', " ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
