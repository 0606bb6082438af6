//! Where models are served: `MODEL=host:port`, as the user writes it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A server that speaks the OpenAI API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    pub host: String,
    pub port: u16,
    pub tls: bool,
}

impl Upstream {
    /// Whether the host is a name that must be resolved, not an address.
    pub fn is_named(&self) -> bool {
        self.host.parse::<std::net::IpAddr>().is_err()
    }
}

impl FromStr for Upstream {
    type Err = InvalidUpstream;

    /// `host:port`, `http://host[:port]` or `https://host[:port]`; IPv6 addresses stand in brackets.
    fn from_str(text: &str) -> Result<Upstream, InvalidUpstream> {
        let invalid = || InvalidUpstream { text: text.to_owned() };
        let (tls, default_port, authority) = match text.split_once("://") {
            Some(("https", authority)) => (true, Some(443), authority),
            Some(("http", authority)) => (false, Some(80), authority),
            Some(_) => return Err(invalid()),
            None => (false, None, text),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().map_err(|_| invalid())?)),
            _ => (authority, default_port),
        };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let is_plain = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        if host.is_empty() || (bare.is_none() && !is_plain(host)) || (bare.is_some() && !host.contains(':')) {
            return Err(invalid());
        }
        Ok(Upstream { host: host.to_owned(), port: port.ok_or_else(invalid)?, tls })
    }
}

/// The text is not an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUpstream {
    text: String,
}

impl fmt::Display for InvalidUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not of the form `host:port` or `https://host`", self.text)
    }
}

impl std::error::Error for InvalidUpstream {}

/// Who serves which model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstreams {
    pub by_model: BTreeMap<String, Upstream>,
    /// `*=host:port`: every model that is not named, and every request that asks for none.
    pub others: Option<Upstream>,
    /// The companion host, where the policy has one to ask.
    pub host: Option<Upstream>,
}

impl Upstreams {
    /// Adds one `MODEL=UPSTREAM`.
    pub fn add(&mut self, assignment: &str) -> Result<(), InvalidUpstream> {
        let invalid = || InvalidUpstream { text: assignment.to_owned() };
        let (model, upstream) = assignment.split_once('=').ok_or_else(invalid)?;
        let upstream = upstream.parse()?;
        match model {
            "" => return Err(invalid()),
            "*" => self.others = Some(upstream),
            _ => drop(self.by_model.insert(model.to_owned(), upstream)),
        }
        Ok(())
    }

    pub fn of(&self, model: &str) -> Option<&Upstream> {
        self.by_model.get(model).or(self.others.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstreams_are_read_as_people_write_them() {
        for (text, expected) in [
            ("127.0.0.1:8000", Some(("127.0.0.1", 8000, false))),
            ("vllm.svc:80", Some(("vllm.svc", 80, false))),
            ("[::1]:9000", Some(("::1", 9000, false))),
            ("http://10.0.0.1", Some(("10.0.0.1", 80, false))),
            ("http://[::1]", Some(("::1", 80, false))),
            ("https://api.example.com", Some(("api.example.com", 443, true))),
            ("https://api.example.com:8443/", Some(("api.example.com", 8443, true))),
            ("vllm.svc", None),
            (":80", None),
            ("::1:80", None),
            ("[abc]:80", None),
            ("host:port", None),
            ("host:70000", None),
            ("ftp://host:21", None),
            ("https://host/v1", None),
        ] {
            let found = text.parse::<Upstream>().ok();
            let found = found.as_ref().map(|upstream| (upstream.host.as_str(), upstream.port, upstream.tls));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_star_serves_what_is_not_named() {
        let mut upstreams = Upstreams::default();
        upstreams.add("fast=127.0.0.1:1").unwrap();
        upstreams.add("*=127.0.0.1:2").unwrap();
        assert_eq!(upstreams.of("fast").map(|upstream| upstream.port), Some(1));
        assert_eq!(upstreams.of("slow").map(|upstream| upstream.port), Some(2));
        assert_eq!(
            upstreams.add("fast").unwrap_err().to_string(),
            "`fast` is not of the form `host:port` or `https://host`"
        );
    }
}
