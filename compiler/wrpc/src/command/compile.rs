//! `wrpc compile`: a policy as what a proxy takes.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use serde_json::json;
use wrp_lang::cost::{self, Cost};
use wrp_lang::diagnostic::Level;
use wrp_lang::lower::Options;
use wrp_lang::source::Source;

use super::{Exit, Format};
use crate::deploy::{FilterConfig, HOST_TIMEOUT_MS, Upstream, Upstreams, envoy};
use crate::policy::{self, Loaded};
use crate::report::{Form, plural};
use crate::{Console, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc compile policies/ -o out\n  wrpc compile policy.wrp -o out --emit graph,listing,json\n  \
                        wrpc compile policy.wrp -o out --emit envoy --upstream small=10.0.0.7:8000 --upstream \
                        '*=10.0.0.8:8000'\n\nWrites, for each policy x: x.graph (the bytes) and x.filter.json (the \
                        filter's configuration);\nx.listing.txt; x.json; x.envoy.yaml."
)]
pub(crate) struct Args {
    /// Files or folders; each file is a policy of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder to write to; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Emit::Graph, Emit::Listing])]
    emit: Vec<Emit>,
    /// Where a model is served, `*` for all others; for `--emit envoy`
    #[arg(long = "upstream", value_name = "MODEL=URL")]
    upstreams: Vec<String>,
    /// The companion host, for policies that ask one
    #[arg(long, value_name = "URL")]
    host: Option<Upstream>,
    /// How long the filter waits for the host
    #[arg(long, value_name = "MS", default_value_t = HOST_TIMEOUT_MS)]
    host_timeout_ms: u64,
    /// The filter's module as Envoy will find it
    #[arg(long, value_name = "PATH", default_value = "/etc/envoy/wrp_filter.wasm")]
    wasm: PathBuf,
    /// Where Envoy listens
    #[arg(long, default_value = "0.0.0.0:8801")]
    listen: SocketAddr,
    /// A filter before ours has authenticated the caller and set the identity headers
    #[arg(long)]
    trust_identity_headers: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Emit {
    /// The decision graph's bytes, and the filter's configuration around them
    Graph,
    /// The graph as text, with what each route costs
    Listing,
    /// The graph as JSON, for tools
    Json,
    /// A whole Envoy configuration
    Envoy,
}

/// A file that was written.
struct Written {
    path: PathBuf,
    bytes: usize,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let sources = sources::read(&arguments.paths, console.input)?;
    let mut refused = false;
    let mut compiled = Vec::new();
    for source in sources {
        let begun = Instant::now();
        let path = PathBuf::from(&source.name);
        match policy::compile(vec![source], Options::default()) {
            Ok(loaded) => compiled.push((path, loaded, begun.elapsed())),
            Err(report) => {
                refused = true;
                policy::draw_on_err(&report, Form::Human, console)?;
            }
        }
    }
    // All or nothing: half a set of policies is nothing anybody wants to roll out.
    if refused {
        return Ok(Exit::Findings);
    }
    fs::create_dir_all(&arguments.output)
        .with_context(|| format!("cannot make `{}`", arguments.output.display()))?;
    let mut reports = Vec::new();
    for (path, loaded, took) in &compiled {
        let costs = cost::costs(&loaded.policy, &loaded.graph);
        let written = emit(&arguments, path, loaded, &costs)?;
        let compile_ms = took.as_secs_f64() * 1e3;
        match arguments.format {
            Format::Human => draw(loaded, &written, &costs, compile_ms, console)?,
            Format::Json => reports.push(json!({
                "policy": path,
                "written": written.iter().map(|it| json!({"file": it.path, "bytes": it.bytes})).collect::<Vec<_>>(),
                "costs": costs.iter().map(|it| json!({
                    "recipe": it.recipe.name,
                    "route": it.route.name.it,
                    "own": it.own,
                    "worst": it.worst,
                    "callouts": it.callouts,
                })).collect::<Vec<_>>(),
                "validated": {
                    "proved": loaded.graph.checked.proved,
                    "replayed": loaded.graph.checked.requests,
                    "exhaustive": loaded.graph.checked.exhaustive,
                },
                "compile_ms": compile_ms,
            })),
        }
    }
    if arguments.format == Format::Json {
        console.json_pretty(&json!({"version": 1, "policies": reports}))?;
    }
    Ok(Exit::Fine)
}

fn emit(arguments: &Args, path: &Path, loaded: &Loaded, costs: &[Cost<'_>]) -> anyhow::Result<Vec<Written>> {
    let stem = match path.file_stem() {
        Some(stem) if path.as_os_str() != "<stdin>" => stem.to_string_lossy().into_owned(),
        _ => "policy".to_owned(),
    };
    let mut written = Vec::new();
    let mut write = |ending: &str, bytes: &[u8]| -> anyhow::Result<()> {
        let path = arguments.output.join(format!("{stem}{ending}"));
        fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
        written.push(Written { path, bytes: bytes.len() });
        Ok(())
    };
    let graph = loaded.graph.encode();
    let timeout_ms = arguments.host.as_ref().map(|_| arguments.host_timeout_ms);
    let config = policy::filter_config(&loaded.graph, arguments.trust_identity_headers, timeout_ms);
    for form in &arguments.emit {
        match form {
            Emit::Graph => {
                write(".graph", &graph)?;
                write(".filter.json", config.to_json().as_bytes())?;
            }
            Emit::Listing => write(".listing.txt", listing(loaded, costs).as_bytes())?,
            Emit::Json => write(".json", &serde_json::to_vec_pretty(&loaded.graph)?)?,
            Emit::Envoy => write(".envoy.yaml", envoy_yaml(arguments, loaded, &config)?.as_bytes())?,
        }
    }
    Ok(written)
}

fn envoy_yaml(arguments: &Args, loaded: &Loaded, config: &FilterConfig) -> anyhow::Result<String> {
    let mut upstreams = Upstreams { host: arguments.host.clone(), ..Upstreams::default() };
    for text in &arguments.upstreams {
        let (model, url) = text.split_once('=').with_context(|| format!("`{text}` is not MODEL=URL"))?;
        let upstream: Upstream = url.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
        match model {
            "*" => upstreams.others = Some(upstream),
            model => {
                upstreams.by_model.insert(model.to_owned(), upstream);
            }
        }
    }
    let models: Vec<&str> = loaded.graph.models.iter().map(|model| model.name.as_str()).collect();
    let deployment = envoy::Deployment {
        models: &models,
        filter: config,
        module: &arguments.wasm,
        listen: arguments.listen,
        admin: SocketAddr::from(([127, 0, 0, 1], 9901)),
        upstreams: &upstreams,
    };
    envoy::bootstrap(&deployment).context("give each model an --upstream, or `*=URL` for all others")
}

/// The graph as people read it.
fn listing(loaded: &Loaded, costs: &[Cost<'_>]) -> String {
    let mut text = format!("validated: {}\n", loaded.graph.checked);
    for recipe in &loaded.graph.recipes {
        text += &format!("recipe {}\n", recipe.name);
        for query in &recipe.queries {
            text += &format!("  query {}:{} sets {}\n", query.family, query.name, query.keys.join(", "));
        }
        for number in recipe.sections.iter().flat_map(|section| &section.order) {
            let Some(route) = recipe.routes.get(usize::from(*number)) else { continue };
            let models: Vec<&str> = route
                .models
                .iter()
                .filter_map(|reference| loaded.graph.models.get(usize::from(reference.model)))
                .map(|model| model.name.as_str())
                .collect();
            let worst = costs
                .iter()
                .find(|cost| cost.recipe.name == recipe.name && cost.route.name.it == route.name)
                .map_or(0, |it| it.worst);
            let models = if models.is_empty() { "no model".to_owned() } else { models.join(", ") };
            text += &format!("  route {} -> {models}  (at most {})\n", route.name, queries(worst));
        }
    }
    text
}

fn queries(count: usize) -> String {
    match count {
        1 => "1 query".to_owned(),
        count => format!("{count} queries"),
    }
}

fn draw(
    loaded: &Loaded,
    written: &[Written],
    costs: &[Cost<'_>],
    compile_ms: f64,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let source: Option<&Source> = loaded.sources.first();
    let name = source.map_or("", |source| source.name.as_str());
    let dimmed = console.style(anstyle::Style::new().dimmed());
    let notes = loaded.warnings.count(Level::Warning);
    let notes = if notes > 0 { format!(", {}", plural(notes, "warning")) } else { String::new() };
    writeln!(console.out, "{name}: compiled in {compile_ms:.1} ms{notes}")?;
    writeln!(console.out, "  validated: {}", loaded.graph.checked)?;
    for it in written {
        writeln!(console.out, "  wrote {}  {dimmed}{} bytes{dimmed:#}", it.path.display(), it.bytes)?;
    }
    for cost in costs.iter().filter(|cost| cost.worst > 0) {
        let own = if cost.own.is_empty() { "none of its own".to_owned() } else { cost.own.join(", ") };
        let recipe = match cost.recipe.name.as_str() {
            "default" => String::new(),
            name => format!("{name}/"),
        };
        writeln!(
            console.out,
            "  route {recipe}{}: at most {} ({own})",
            cost.route.name.it,
            queries(cost.worst)
        )?;
    }
    if costs.iter().all(|cost| cost.worst == 0) {
        writeln!(console.out, "  no route asks a model anything")?;
    }
    Ok(())
}
