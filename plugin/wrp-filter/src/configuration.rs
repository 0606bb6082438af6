//! The plugin configuration: JSON with the graph inside.

use std::fmt;

use wrp_graph::body::Malformed;
use wrp_graph::body::json::{Kind, Reader};
use wrp_graph::graph::Graph;
use wrp_graph::wire;

const DEFAULT_TIMEOUT_MS: usize = 200;
const DEFAULT_MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) graph: Graph,
    pub(crate) identity: Trust,
    pub(crate) max_body_bytes: usize,
    /// Who answers what only a model can tell; nobody, where it is not said.
    pub(crate) host: Option<Host>,
    /// Cases to evaluate instead of serving, as the command line sends them.
    pub(crate) eval: Option<Vec<u8>>,
}

/// The companion host, as the proxy reaches it.
#[derive(Debug, Default)]
pub(crate) struct Host {
    pub(crate) cluster: String,
    pub(crate) timeout_ms: usize,
    /// The name of the policy there: the SHA-256 of the graph's bytes, made by whoever wrote this configuration.
    pub(crate) policy: String,
    /// What the host is told where it does not know that name.
    pub(crate) graph: Vec<u8>,
}

/// Whose word counts for who asks.
#[derive(Debug)]
pub(crate) struct Trust {
    /// A filter before this one sets the identity headers, and the client's own never get here.
    pub(crate) trust: bool,
    /// In lower case.
    pub(crate) user_header: String,
    /// In lower case.
    pub(crate) groups_header: String,
}

/// Why a configuration is refused; logged, and the proxy rejects the whole listener.
#[derive(Debug)]
pub(crate) enum Refused {
    NotUtf8,
    Malformed(Malformed),
    UnknownKey(String),
    Wrong { key: &'static str, wanted: &'static str },
    MissingGraph,
    Graph(String),
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Refused {
        Refused::Malformed(malformed)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotUtf8 => out.write_str("the configuration is not UTF-8"),
            Refused::Malformed(Malformed { at }) => {
                write!(out, "the configuration is not valid JSON (at byte {at})")
            }
            Refused::UnknownKey(key) => write!(out, "the configuration has no key `{key}`"),
            Refused::Wrong { key, wanted } => write!(out, "`{key}` must be {wanted}"),
            Refused::MissingGraph => out.write_str("the configuration has no `graph`"),
            Refused::Graph(why) => write!(out, "`graph` cannot be used: {why}"),
        }
    }
}

pub(crate) fn read(bytes: &[u8]) -> Result<Configuration, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::NotUtf8)?;
    let mut reader = Reader::new(text);
    let mut graph = None;
    let mut identity = Trust {
        trust: false,
        user_header: "x-authz-user-id".to_owned(),
        groups_header: "x-authz-user-groups".to_owned(),
    };
    let mut max_body_bytes = DEFAULT_MAX_BODY_BYTES;
    let mut host: Option<Host> = None;
    let mut graph_bytes = Vec::new();
    let mut eval = None;
    open(&mut reader, "the configuration")?;
    while let Some((key, _)) = reader.key()? {
        if key.is("graph") {
            graph_bytes = base64(&mut reader, "graph")?;
            graph = Some(Graph::decode(&graph_bytes).map_err(|error| Refused::Graph(error.to_string()))?);
        } else if key.is("host") {
            host = Some(read_host(&mut reader)?);
        } else if key.is("identity") {
            read_trust(&mut reader, &mut identity)?;
        } else if key.is("max_body_bytes") {
            max_body_bytes = number(&mut reader, "max_body_bytes")?;
        } else if key.is("eval") {
            eval = Some(base64(&mut reader, "eval")?);
        } else {
            return Err(Refused::UnknownKey(key.decode().into_owned()));
        }
    }
    reader.end()?;
    if let Some(host) = &mut host {
        host.graph = graph_bytes;
    }
    Ok(Configuration { graph: graph.ok_or(Refused::MissingGraph)?, identity, max_body_bytes, host, eval })
}

fn read_host(reader: &mut Reader<'_>) -> Result<Host, Refused> {
    let mut host = Host { timeout_ms: DEFAULT_TIMEOUT_MS, ..Host::default() };
    open(reader, "host")?;
    while let Some((key, _)) = reader.key()? {
        if key.is("cluster") {
            host.cluster = text(reader, "cluster")?;
        } else if key.is("policy") {
            host.policy = text(reader, "policy")?;
        } else if key.is("timeout_ms") {
            host.timeout_ms = number(reader, "timeout_ms")?;
        } else {
            return Err(Refused::UnknownKey(key.decode().into_owned()));
        }
    }
    Ok(host)
}

fn read_trust(reader: &mut Reader<'_>, identity: &mut Trust) -> Result<(), Refused> {
    open(reader, "identity")?;
    while let Some((key, _)) = reader.key()? {
        if key.is("trust") {
            identity.trust = match reader.kind()? {
                Kind::True => true,
                Kind::False => false,
                _ => return Err(Refused::Wrong { key: "trust", wanted: "true or false" }),
            };
            reader.skip()?;
        } else if key.is("user_header") {
            identity.user_header = text(reader, "user_header")?.to_ascii_lowercase();
        } else if key.is("groups_header") {
            identity.groups_header = text(reader, "groups_header")?.to_ascii_lowercase();
        } else {
            return Err(Refused::UnknownKey(key.decode().into_owned()));
        }
    }
    Ok(())
}

fn open(reader: &mut Reader<'_>, key: &'static str) -> Result<(), Refused> {
    if reader.kind()? != Kind::Object {
        return Err(Refused::Wrong { key, wanted: "an object" });
    }
    Ok(reader.open()?)
}

fn text(reader: &mut Reader<'_>, key: &'static str) -> Result<String, Refused> {
    if reader.kind()? != Kind::Text {
        return Err(Refused::Wrong { key, wanted: "a string" });
    }
    Ok(reader.string()?.decode().into_owned())
}

fn base64(reader: &mut Reader<'_>, key: &'static str) -> Result<Vec<u8>, Refused> {
    wire::from_base64(&text(reader, key)?).ok_or(Refused::Wrong { key, wanted: "base64" })
}

/// A whole number; the proxy may have turned it into a double on the way (`4194304.0`).
fn number(reader: &mut Reader<'_>, key: &'static str) -> Result<usize, Refused> {
    let wrong = Refused::Wrong { key, wanted: "a whole number" };
    if reader.kind()? != Kind::Number {
        return Err(wrong);
    }
    let span = reader.skip()?;
    let digits = reader.slice(span);
    digits.strip_suffix(".0").unwrap_or(digits).parse().map_err(|_| wrong)
}
