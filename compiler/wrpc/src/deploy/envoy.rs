//! A whole Envoy configuration for one policy, commented for whoever reads it first.
//!
//! [`bootstrap`] is everything `envoy --config-path` needs. Its parts, [`http_filters`], [`routes`] and [`cluster`],
//! are the same ones that a mesh's configuration patches in.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use serde_yaml::Value;

use super::{FilterConfig, HOST_CLUSTER, Upstream, Upstreams};

/// `{ key: value, … }` in the order written.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        Value::Mapping([$((Value::from($key), Value::from($value))),*].into_iter().collect())
    };
}

/// The header through which the filter tells the router what it chose.
pub const SELECTED_MODEL: &str = "x-selected-model";

/// What the field's services believe about a caller, beside the headers that the policy itself reads.
const IDENTITY: &[&str] = &["x-authz-user-id", "x-authz-user-groups", "x-authz-team-id", "x-authz-tenant-id"];

/// Headers and framing on top of the largest body, so that the filter's own 413 comes before Envoy's.
const BUFFER_HEADROOM_BYTES: u64 = 64 * 1024;

/// What an Envoy configuration is made from.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'d> {
    /// Every model that a route can choose.
    pub models: &'d [&'d str],
    pub filter: &'d FilterConfig,
    /// The filter's module, as Envoy will find it.
    pub module: &'d Path,
    pub listen: SocketAddr,
    /// Envoy's own pages: statistics, readiness. They can stop the proxy: keep them on loopback.
    pub admin: SocketAddr,
    pub upstreams: &'d Upstreams,
}

/// No upstream was given for these models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    pub models: Vec<String>,
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models: Vec<String> = self.models.iter().map(|model| format!("`{model}`")).collect();
        write!(f, "no upstream serves {}", models.join(", "))
    }
}

impl std::error::Error for Unserved {}

/// The whole configuration as YAML.
pub fn bootstrap(deployment: &Deployment<'_>) -> Result<String, Unserved> {
    let models = served_models(deployment)?;
    let buffer = deployment.filter.body_limit() + BUFFER_HEADROOM_BYTES;
    let clusters: Vec<Value> = models
        .iter()
        .map(|(model, upstream)| cluster(&cluster_name(model), upstream))
        .chain(deployment.upstreams.others.iter().map(|upstream| cluster(OTHERS, upstream)))
        .chain(deployment.upstreams.host.iter().map(|upstream| cluster(HOST_CLUSTER, upstream)))
        .collect();
    let listener = object! {
        "name": "llm",
        "address": address(&deployment.listen.ip().to_string(), deployment.listen.port()),
        "per_connection_buffer_limit_bytes": buffer,
        "filter_chains": vec![object! { "filters": vec![connection_manager(deployment, &models)] }],
    };
    let admin = object! {
        "address": address(&deployment.admin.ip().to_string(), deployment.admin.port()),
    };
    let document = object! {
        "admin": admin,
        "static_resources": object! { "listeners": vec![listener], "clusters": clusters },
    };
    let yaml = serde_yaml::to_string(&document).expect("a tree of strings and numbers is always YAML");
    Ok(annotate(&yaml))
}

/// The cluster of requests that no model's route takes.
const OTHERS: &str = "others";

/// Every model that a route can choose, with the server that has it.
fn served_models<'d>(deployment: &Deployment<'d>) -> Result<Vec<(&'d str, &'d Upstream)>, Unserved> {
    let names = deployment.models.iter().copied();
    let unserved: Vec<String> =
        names.clone().filter(|name| deployment.upstreams.of(name).is_none()).map(str::to_owned).collect();
    if !unserved.is_empty() {
        return Err(Unserved { models: unserved });
    }
    // A model without a server of its own goes where everything else goes, by the last route.
    Ok(names.filter_map(|name| Some((name, deployment.upstreams.by_model.get(name)?))).collect())
}

fn connection_manager(deployment: &Deployment<'_>, models: &[(&str, &Upstream)]) -> Value {
    let routes = object! {
        "name": "by_model",
        "virtual_hosts": vec![object! {
            "name": "models",
            "domains": vec![Value::from("*")],
            "routes": routes(models, deployment.upstreams.others.as_ref()),
        }],
    };
    object! {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": object! {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "llm",
            "stream_idle_timeout": "300s",
            "http_filters": http_filters(deployment.filter, deployment.module),
            "route_config": routes,
        },
    }
}

/// The filters in their order: what the client says about itself goes first, ours decides, the router ends.
pub fn http_filters(filter: &FilterConfig, module: &Path) -> Vec<Value> {
    let strip = filter.trusted_identity().map(|identity| {
        let remove = |header: &str| object! { "remove": header };
        let ours = [identity.user_header.as_str(), identity.groups_header.as_str()];
        let claims = ours.into_iter().chain(IDENTITY.iter().copied().filter(|header| !ours.contains(header)));
        object! {
            "name": "strip_client_identity",
            "typed_config": object! {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
                "mutations": object! {
                    "request_mutations": claims.map(remove).collect::<Vec<_>>(),
                },
            },
        }
    });
    let router = object! {
        "name": "envoy.filters.http.router",
        "typed_config": object! {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
        },
    };
    strip.into_iter().chain([policy_filter(filter, module), router]).collect()
}

fn policy_filter(filter: &FilterConfig, module: &Path) -> Value {
    object! {
        "name": "wrp",
        "typed_config": object! {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": object! {
                "name": "wrp",
                "root_id": "wrp",
                "vm_config": object! {
                    "vm_id": "wrp",
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": object! {
                        "local": object! { "filename": module.to_string_lossy().into_owned() },
                    },
                },
                "failure_policy": "FAIL_RELOAD",
                "allow_on_headers_stop_iteration": true,
                "configuration": object! {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": filter.to_json(),
                },
            },
        },
    }
}

/// One route for each model, then one for everything else.
pub fn routes(models: &[(&str, &Upstream)], others: Option<&Upstream>) -> Vec<Value> {
    let by_model = models.iter().map(|(model, upstream)| {
        object! {
            "match": object! {
                "prefix": "/",
                "headers": vec![object! {
                    "name": SELECTED_MODEL,
                    "string_match": object! { "exact": *model },
                }],
            },
            "route": forward(&cluster_name(model), upstream),
        }
    });
    let rest = match others {
        Some(upstream) => object! { "match": object! { "prefix": "/" }, "route": forward(OTHERS, upstream) },
        None => object! {
            "match": object! { "prefix": "/" },
            "direct_response": object! {
                "status": 404,
                "body": object! {
                    "inline_string":
                        r#"{"error":{"message":"nothing is served here","type":"invalid_request_error","code":404}}"#,
                },
            },
        },
    };
    by_model.chain([rest]).collect()
}

/// No limit on the whole answer, since a model may think for long; a connection that says nothing is cut above.
fn forward(cluster: &str, upstream: &Upstream) -> Value {
    let mut action = object! { "cluster": cluster, "timeout": "0s" };
    if upstream.is_named()
        && let Value::Mapping(action) = &mut action
    {
        action.insert("auto_host_rewrite".into(), true.into());
    }
    action
}

/// The servers behind one upstream.
pub fn cluster(name: &str, upstream: &Upstream) -> Value {
    let endpoint = object! {
        "endpoint": object! { "address": address(&upstream.host, upstream.port) },
    };
    let mut cluster = object! {
        "name": name,
        "type": if upstream.is_named() { "STRICT_DNS" } else { "STATIC" },
        "connect_timeout": "5s",
        "load_assignment": object! {
            "cluster_name": name,
            "endpoints": vec![object! { "lb_endpoints": vec![endpoint] }],
        },
    };
    if upstream.tls
        && let Value::Mapping(cluster) = &mut cluster
    {
        cluster.insert("transport_socket".into(), tls(&upstream.host));
    }
    cluster
}

/// `model/` keeps a model that is called `others` apart from the cluster of that name.
pub fn cluster_name(model: &str) -> String {
    format!("model/{model}")
}

fn tls(host: &str) -> Value {
    object! {
        "name": "envoy.transport_sockets.tls",
        "typed_config": object! {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            "sni": host,
            "auto_sni_san_validation": true,
            "common_tls_context": object! {
                "validation_context": object! {
                    "trusted_ca": object! { "filename": "/etc/ssl/certs/ca-certificates.crt" },
                },
            },
        },
    }
}

fn address(host: &str, port: u16) -> Value {
    object! { "socket_address": object! { "address": host, "port_value": u64::from(port) } }
}

/// What a reader should know, above the first line that opens with the text on the left.
const NOTES: &[(&str, &str)] = &[
    ("admin:", "Envoy's own pages: /stats, /ready, /config_dump. Whoever reaches them can stop the proxy."),
    ("listeners:", "Where clients send what they would send to the OpenAI API."),
    (
        "per_connection_buffer_limit_bytes:",
        "The body decides the route, so a whole body must fit. The filter refuses larger ones itself, with a 413\n\
         that clients of the API understand; this is a little more than its limit (`max_body_bytes`).",
    ),
    (
        "stream_idle_timeout:",
        "Cuts a connection on which nothing at all moves. Long answers that flow are not cut.",
    ),
    (
        "http_filters:",
        "The order matters: a filter believes what the ones before it have left in the headers.",
    ),
    (
        "- name: strip_client_identity",
        "The policy trusts the identity headers, so nobody outside may set them: remove the client's here, and put\n\
         the filter that proves who asks (ext_authz, jwt_authn, …) between this one and `wrp`.",
    ),
    (
        "- name: wrp",
        "The policy, in the request's way. It reads the request, decides, and rewrites what must change.",
    ),
    (
        "failure_policy:",
        "A filter that crashed is started again for the next request. The request at hand fails: it does not pass\n\
         unexamined.",
    ),
    (
        "allow_on_headers_stop_iteration:",
        "Holds the headers back until the body has been read. Without it the router has chosen before the policy\n\
         could. Needs Envoy 1.35 or newer.",
    ),
    ("configuration:", "The compiled policy, in base64. `wrpc compile --emit listing` shows it to people."),
    (
        "route_config:",
        "What the filter chose becomes a header, and the header a route. A client cannot set it: the filter removes\n\
         what came from outside.",
    ),
    ("clusters:", "The servers: one cluster for each model."),
    (
        "- name: wrp-host",
        "The companion host, which the filter asks what only a model can tell. It sees whole request bodies, and takes\n\
         policies from whoever reaches it: keep it where only this proxy does.",
    ),
];

/// Puts each note above its line, at the line's depth.
fn annotate(yaml: &str) -> String {
    let mut left: Vec<_> = NOTES.to_vec();
    let mut text = String::from("# Made by `wrpc compile --emit envoy`: compile again rather than edit.\n\n");
    for line in yaml.lines() {
        let content = line.trim_start();
        let depth = &line[..line.len() - content.len()];
        if let Some(at) = left.iter().position(|(opening, _)| content.starts_with(opening)) {
            let (_, note) = left.remove(at);
            for sentence in note.lines() {
                text += &format!("{depth}# {sentence}\n");
            }
        }
        text += line;
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Identity;
    use super::*;

    fn emit(models: &[&str], assignments: &[&str], filter: &FilterConfig) -> Result<Value, Unserved> {
        let mut upstreams = Upstreams::default();
        for assignment in assignments {
            upstreams.add(assignment).unwrap();
        }
        let yaml = bootstrap(&Deployment {
            models,
            filter,
            module: Path::new("wrp_filter.wasm"),
            listen: ([127, 0, 0, 1], 8080).into(),
            admin: ([127, 0, 0, 1], 9901).into(),
            upstreams: &upstreams,
        })?;
        Ok(serde_yaml::from_str(&yaml).expect("what we emit can be read back"))
    }

    /// Follows object keys and list positions.
    fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
        path.split('/').fold(value, |value, step| match step.parse::<usize>() {
            Ok(position) => &value[position],
            Err(_) => &value[step],
        })
    }

    const MANAGER: &str = "static_resources/listeners/0/filter_chains/0/filters/0/typed_config";

    fn names(list: &Value) -> Vec<&str> {
        list.as_sequence().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn each_model_has_its_route_and_the_rest_goes_last() {
        let config =
            emit(&["fast", "deep"], &["fast=10.0.0.1:80", "*=llm.svc:80"], &FilterConfig::new(b"")).unwrap();
        let routes = &at(&config, MANAGER)["route_config"]["virtual_hosts"][0]["routes"];
        assert_eq!(routes.as_sequence().unwrap().len(), 2);
        assert_eq!(routes[0]["match"]["headers"][0]["string_match"]["exact"], "fast");
        assert_eq!(routes[0]["route"]["cluster"], "model/fast");
        assert_eq!(routes[0]["route"].get("auto_host_rewrite"), None);
        assert_eq!(routes[1]["route"]["cluster"], "others");
        assert_eq!(routes[1]["route"]["auto_host_rewrite"], true);
        assert_eq!(names(&config["static_resources"]["clusters"]), ["model/fast", "others"]);
    }

    #[test]
    fn a_model_that_nobody_serves_is_named() {
        let unserved =
            emit(&["fast", "deep", "wide"], &["deep=10.0.0.1:80"], &FilterConfig::new(b"")).unwrap_err();
        assert_eq!(unserved.to_string(), "no upstream serves `fast`, `wide`");
    }

    #[test]
    fn the_clients_identity_is_removed_first_where_identity_is_trusted() {
        let filter = FilterConfig::new(b"");
        let trusting = filter.clone().trusting(Identity::trusted());
        for (filter, expected) in [
            (filter, &["wrp", "envoy.filters.http.router"][..]),
            (trusting, &["strip_client_identity", "wrp", "envoy.filters.http.router"]),
        ] {
            let config = emit(&["m"], &["*=10.0.0.1:80"], &filter).unwrap();
            assert_eq!(names(&at(&config, MANAGER)["http_filters"]), expected);
        }
    }

    #[test]
    fn the_buffer_holds_the_largest_body_that_the_filter_takes() {
        let filter = FilterConfig::new(b"").max_body_bytes(1_000_000);
        let config = emit(&[], &[], &filter).unwrap();
        let buffer = &at(&config, "static_resources/listeners/0")["per_connection_buffer_limit_bytes"];
        assert!(buffer.as_u64().unwrap() > 1_000_000);
    }

    #[test]
    fn tls_upstreams_are_verified() {
        let config = emit(&["m"], &["m=https://api.example.com"], &FilterConfig::new(b"")).unwrap();
        let tls = &config["static_resources"]["clusters"][0]["transport_socket"]["typed_config"];
        assert_eq!(tls["sni"], "api.example.com");
        assert_eq!(tls["auto_sni_san_validation"], true);
    }

    #[test]
    fn names_that_yaml_would_misread_survive() {
        let config =
            emit(&["no", "a: b", "\"q\""], &["*=10.0.0.1:80", "a: b=10.0.0.2:80"], &FilterConfig::new(b""));
        let config = config.unwrap();
        let routes = &at(&config, MANAGER)["route_config"]["virtual_hosts"][0]["routes"];
        assert_eq!(routes[0]["match"]["headers"][0]["string_match"]["exact"], "a: b");
    }

    #[test]
    fn every_note_finds_its_line() {
        let filter = FilterConfig::new(b"").trusting(Identity::trusted());
        let host = Some("10.0.0.3:8811".parse().unwrap());
        let deployment = Deployment {
            models: &[],
            filter: &filter,
            module: Path::new("m.wasm"),
            listen: ([127, 0, 0, 1], 0).into(),
            admin: ([127, 0, 0, 1], 0).into(),
            upstreams: &Upstreams { host, ..Upstreams::default() },
        };
        let yaml = bootstrap(&deployment).unwrap();
        for (opening, note) in NOTES {
            let sentence = note.lines().next().unwrap();
            assert!(yaml.contains(sentence), "no line opens with `{opening}`");
        }
    }
}
