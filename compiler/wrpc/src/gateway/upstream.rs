//! Where models are: a logical name, an address, and one pool of connections for all.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use hyper::header::{HOST, HeaderValue};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Request, Response, Uri, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::body::Body;

/// The name that stands for every model that is not named.
const REST: &str = "*";

/// The models that can be reached.
#[derive(Clone, Debug)]
pub struct Upstreams {
    addresses: BTreeMap<String, Address>,
    client: Client<HttpsConnector<HttpConnector>, Body>,
    /// How long until an upstream begins to answer.
    answer_within: Duration,
}

/// `scheme://authority/prefix`
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

/// Why there is no answer from a model.
#[derive(Debug)]
pub enum Unreached {
    /// Nobody said where this model is.
    Unknown(String),
    /// The address does not answer, or breaks off.
    Failed(String),
    /// Nothing came in time.
    Late(Duration),
}

impl FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Address> {
        let uri: Uri = text.parse().with_context(|| format!("`{text}` is not a URL"))?;
        let parts = uri.into_parts();
        let scheme = parts.scheme.with_context(|| format!("`{text}` has no scheme: write `http://…`"))?;
        anyhow::ensure!(
            scheme == Scheme::HTTP || scheme == Scheme::HTTPS,
            "`{text}` is neither http nor https"
        );
        let authority = parts.authority.with_context(|| format!("`{text}` names no host"))?;
        let path = parts.path_and_query.map(|path| path.path().to_owned()).unwrap_or_default();
        // Clients send `/v1/…` already, and most people paste an address that ends in it.
        let path = path.trim_end_matches('/');
        let prefix = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        Ok(Address { scheme, authority, prefix })
    }
}

impl Address {
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, hyper::http::Error> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl Upstreams {
    /// `addresses` maps logical model names; `*` stands for the rest.
    pub fn new(addresses: BTreeMap<String, Address>, answer_within: Duration) -> Upstreams {
        let client = client();
        Upstreams { addresses, client, answer_within }
    }

    fn address(&self, model: &str) -> Option<&Address> {
        self.addresses.get(model).or_else(|| self.addresses.get(REST))
    }

    /// Sends a request to a model; its URI is only a path.
    pub async fn send(
        &self,
        model: &str,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, Unreached> {
        let address = self.address(model).ok_or_else(|| Unreached::Unknown(model.to_owned()))?;
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let uri = address.uri(path).map_err(|error| Unreached::Failed(error.to_string()))?;
        *request.uri_mut() = uri;
        let host = HeaderValue::from_str(address.authority.as_str())
            .map_err(|error| Unreached::Failed(error.to_string()))?;
        request.headers_mut().insert(HOST, host);
        match tokio::time::timeout(self.answer_within, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Unreached::Failed(innermost(&error))),
            Err(_) => Err(Unreached::Late(self.answer_within)),
        }
    }
}

/// One pool of connections, with TLS where the address says so.
pub(crate) fn client() -> Client<HttpsConnector<HttpConnector>, Body> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(Duration::from_secs(5)));
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)
}

/// The cause at the bottom says what happened; those above say only that something did.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(cause) = error.source() {
        error = cause;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_keeps_its_prefix_and_drops_the_version() {
        let prefix = |text: &str| text.parse::<Address>().map(|address| address.prefix).ok();
        assert_eq!(prefix("http://a:1"), Some(String::new()));
        assert_eq!(prefix("https://a/v1/"), Some(String::new()));
        assert_eq!(prefix("https://a/team/v1"), Some("/team".to_owned()));
        assert_eq!(prefix("https://a/team"), Some("/team".to_owned()));
        assert_eq!(prefix("ftp://a"), None);
        assert_eq!(prefix("a:1"), None);
    }
}
