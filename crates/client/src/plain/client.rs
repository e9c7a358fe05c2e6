//! Where plain streams are asked for.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use tidegate_model::{Level, Raw};
use tokio::time::timeout;
use url::Url;

use super::{reader::Reader, stream::PlainStream};
use crate::{
    error::Error,
    input,
    link::{Link, LinkBody, Options, bearer, over_http},
    message::RpcError,
    retry::retry_after,
    target,
};

/// A client of a server's plain HTTP streams. It speaks no protocol but HTTP: a tool is called by a
/// POST of its arguments, and what it tells is read as it comes.
///
/// ```no_run
/// use serde_json::json;
/// use tidegate_client::{Plain, PlainClient};
///
/// # async fn run() -> Result<(), tidegate_client::Error> {
/// let server = PlainClient::at("http://127.0.0.1:8080")?;
/// let mut stream = server.stream_tool("process_files", json!({})).await?;
/// while let Some(item) = stream.next().await {
///     match item? {
///         Plain::Log(log) => eprintln!("{}", log.text()),
///         Plain::Result(result) => println!("{result}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PlainClient {
    link: Link,
    options: Options,
    base: Url,
    headers: HeaderMap,
    log_level: Level,
    idle: Option<Duration>,
    max_event: usize,
}

/// How many bytes of a refusal are read: more is no sentence.
const REFUSAL: usize = 64 * 1024;

/// How much of a refusal that is no JSON is shown.
const EXCERPT: usize = 200;

/// What a stream is read as. Events go first, whoever writes them.
const READS: &str = "text/event-stream, application/x-ndjson;q=0.9, text/plain;q=0.5";

// === impl PlainClient ===

impl PlainClient {
    /// Returns a client of the server at `url`: its root, or any address at it.
    ///
    /// # Errors
    ///
    /// When it is no address over HTTP.
    pub fn at(url: &str) -> Result<Self, Error> {
        let base = target::http(url)?;
        Ok(Self {
            link: over_http(&base, &Options::default())?,
            options: Options::default(),
            base,
            headers: HeaderMap::new(),
            log_level: Level::Info,
            idle: Some(Duration::from_secs(5 * 60)),
            max_event: 16 * 1024 * 1024,
        })
    }

    /// Adds a header to every request.
    ///
    /// # Errors
    ///
    /// When it is none, or one that the client writes itself.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let (name, value) = input::header(name, value)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Sends `Authorization: Bearer …` with every request. A server that refuses it is an error.
    ///
    /// # Errors
    ///
    /// When no header can carry it.
    pub fn token(self, token: &str) -> Result<Self, Error> {
        let mut given = self.header("authorization", &format!("Bearer {token}"))?;
        given.link = bearer(given.link);
        Ok(given)
    }

    /// Trusts the certificates in this PEM file beside the system's. It is said before who logs in.
    ///
    /// # Errors
    ///
    /// When it is no such file.
    pub fn ca_certificate(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.options.root_certificates.push(pem.to_vec());
        self.link = over_http(&self.base, &self.options)?;
        Ok(self)
    }

    /// Logs in when the server wants it, as `oauth` says: for the MCP endpoint at `endpoint`, which the
    /// streams stand beside.
    ///
    /// # Errors
    ///
    /// When `oauth` was given something that cannot be, or the endpoint is another server's, or reached
    /// neither over https nor on this machine.
    #[cfg(feature = "oauth")]
    pub fn oauth(mut self, oauth: crate::oauth::OAuth, endpoint: &str) -> Result<Self, Error> {
        let mut endpoint = self.join(endpoint)?;
        endpoint.set_query(None);
        let authorizer = crate::oauth::Authorizer::new(oauth, &endpoint, &self.options)?;
        self.link = crate::link::authorized(self.link, authorizer);
        Ok(self)
    }

    /// Sets from which level on log messages of tools are wanted; `info` by default.
    #[must_use]
    pub const fn log_level(mut self, level: Level) -> Self {
        self.log_level = level;
        self
    }

    /// Sets how long the server may be silent; five minutes by default, many times what a server
    /// waits before it gives a sign of life.
    #[must_use]
    pub fn idle_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.idle = deadline.into();
        self
    }

    /// Sets how many bytes one event may have; 16 MiB by default: a picture in Base64 fits, memory
    /// does not fill.
    #[must_use]
    pub const fn max_event(mut self, bytes: usize) -> Self {
        self.max_event = bytes;
        self
    }

    /// Calls a tool, by its name, and returns the stream of what it tells.
    ///
    /// # Errors
    ///
    /// When the arguments are no JSON object, the server cannot be reached, or it refuses.
    pub async fn stream_tool(
        &self,
        tool: &str,
        arguments: impl Into<Raw>,
    ) -> Result<PlainStream, Error> {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_path("");
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["tools", tool, "stream"]);
        }
        self.post(url, arguments.into()).await
    }

    /// Calls the tool whose stream is at `url`, or at a path of the server.
    ///
    /// # Errors
    ///
    /// As [`stream_tool`](Self::stream_tool).
    pub async fn call_stream(
        &self,
        url: &str,
        arguments: impl Into<Raw>,
    ) -> Result<PlainStream, Error> {
        self.post(self.join(url)?, arguments.into()).await
    }

    /// Listens to the stream at `url`, or at a path of the server: `/stream?n=3`.
    ///
    /// # Errors
    ///
    /// When there is none, the server cannot be reached, or it refuses.
    pub async fn listen_stream(&self, url: &str) -> Result<PlainStream, Error> {
        self.ask(Method::GET, self.join(url)?, Bytes::new()).await
    }

    async fn post(&self, mut url: Url, arguments: Raw) -> Result<PlainStream, Error> {
        input::check_object("the tool", &arguments)?;
        if !url.query_pairs().any(|(name, _)| name == "log") {
            let level = self.log_level.name();
            url.query_pairs_mut().append_pair("log", level);
        }
        self.ask(Method::POST, url, arguments.bytes().clone()).await
    }

    fn join(&self, url: &str) -> Result<Url, Error> {
        let joined = self.base.join(url).map_err(|error| {
            Error::input(format_args!("{url:?} is no address of a stream")).because(error)
        })?;
        if joined.origin() != self.base.origin() {
            // Headers may be secrets: they go to the server they were given for.
            return Err(Error::input(format_args!(
                "{url} is at another server; make another PlainClient for it"
            )));
        }
        Ok(joined)
    }

    async fn ask(&self, method: Method, url: Url, body: Bytes) -> Result<PlainStream, Error> {
        let mut request = Request::new(body);
        *request.uri_mut() = http::Uri::try_from(url.as_str())
            .map_err(|error| Error::input("the URL cannot be sent").because(error))?;
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static(READS));
        if method == Method::POST {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        *request.method_mut() = method;
        let exchanged = (self.link)(request);
        let response = match self.idle {
            None => exchanged.await,
            Some(idle) => timeout(idle, exchanged)
                .await
                .map_err(|_| Error::timeout("the server did not answer", idle))?,
        };
        let response = response.map_err(Error::link)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let reader = Reader::of(response.headers(), self.max_event)?;
        Ok(PlainStream::new(response.into_body(), reader, self.idle))
    }
}

/// Reads why the server refused.
async fn refusal(response: http::Response<LinkBody>) -> Error {
    #[derive(Deserialize)]
    struct Refused {
        error: RpcError,
    }

    let status = response.status();
    let after = retry_after(response.headers(), std::time::SystemTime::now());
    let read = Limited::new(response.into_body(), REFUSAL).collect();
    let body = match timeout(Duration::from_secs(5), read).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => Bytes::new(),
    };
    let error = match serde_json::from_slice::<Refused>(&body) {
        Ok(refused) => Error::answered(status, refused.error),
        Err(_) => Error::refused(status, excerpt(status, &body)),
    };
    error.after(after)
}

fn excerpt(status: StatusCode, body: &[u8]) -> String {
    if status.is_redirection() {
        return "it points elsewhere; ask there if you trust it".to_owned();
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]);
    text.chars().filter(|letter| !letter.is_control()).collect()
}

impl fmt::Debug for PlainClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainClient")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}
