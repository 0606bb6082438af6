//! `GET /v1/models`: every name that a request may ask for.

use wrp_graph::body::Protocol;
use wrp_graph::edit::quote;
use wrp_graph::graph::Graph;

use crate::respond::{Reply, error};

pub(crate) fn list(graph: &Graph) -> Reply {
    let models: Vec<String> = names(graph).into_iter().map(model).collect();
    Reply::json(200, "upstream", format!(r#"{{"object":"list","data":[{}]}}"#, models.join(",")))
}

pub(crate) fn show(graph: &Graph, name: &str) -> Reply {
    if names(graph).contains(&name) {
        Reply::json(200, "upstream", model(name))
    } else {
        not_available(Protocol::Chat, 404, name)
    }
}

pub(crate) fn not_available(protocol: Protocol, status: u32, name: &str) -> Reply {
    let message = format!("model `{name}` is not available");
    error(protocol, status, "invalid_request_error", &message)
}

/// Aliases, entrypoints, models; each once, in that order.
fn names(graph: &Graph) -> Vec<&str> {
    let aliases = graph.aliases.iter().map(String::as_str);
    let entrypoints = graph.entrypoints.iter().map(|entrypoint| entrypoint.model_name.as_str());
    let models = graph.models.iter().map(|model| model.name.as_str());
    let mut names = Vec::new();
    for name in aliases.chain(entrypoints).chain(models) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn model(name: &str) -> String {
    format!(r#"{{"id":{},"object":"model","created":0,"owned_by":"wrp"}}"#, quote(name))
}
