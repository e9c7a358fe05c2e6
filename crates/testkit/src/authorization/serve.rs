//! The HTTP of an authorization server: from a request to an endpoint, and its faults.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    Shared,
    fault::{Endpoint, Fault},
};

/// What an endpoint was asked.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) authorization: Option<String>,
    pub(super) body: Bytes,
    fields: Vec<(String, String)>,
}

/// What an endpoint answers.
#[derive(Debug)]
pub(super) struct Reply(Response<Full<Bytes>>);

/// Serves until the task is aborted, and all connections with it.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let shared = shared.clone();
        let answer = service_fn(move |request| {
            let shared = shared.clone();
            async move { Ok::<_, Infallible>(shared.answer(request).await.0) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), answer);
        connections.spawn(connection);
    }
}

// === impl Shared ===

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let Some(endpoint) = self.endpoint(request.method(), request.uri().path()) else {
            return Reply::json(&json!({"error": "not_found"})).status(StatusCode::NOT_FOUND);
        };
        let asked = Asked::read(request).await;
        let fault = {
            let mut state = self.state.lock();
            *state.asked.entry(endpoint).or_default() += 1;
            state.last.insert(endpoint, asked.fields.clone());
            state.faults.get(&endpoint).cloned()
        };
        match &fault {
            Some(Fault::Status(status)) => {
                let status = StatusCode::from_u16(*status).expect("a status");
                return Reply::json(&json!({"error": "server_error"})).status(status);
            }
            Some(Fault::Garbage) => return Reply::text("<html>not what was asked for"),
            Some(Fault::Huge(bytes)) => {
                return Reply::text(&format!("{{\"a\":\"{}\"}}", "a".repeat(*bytes)));
            }
            Some(Fault::Redirect(to)) => return Reply::redirect(to),
            Some(Fault::Slow(time)) => tokio::time::sleep(*time).await,
            _ => {}
        }
        match endpoint {
            Endpoint::Metadata | Endpoint::OpenId => Reply::json(&self.metadata(fault.as_ref())),
            Endpoint::Jwks => Reply::json(&self.jwks()).kept(self.state.lock().max_age),
            Endpoint::Authorize => self.authorize(&asked, fault.as_ref()),
            Endpoint::Token => self.token(&asked),
            Endpoint::Register => self.register(&asked),
            Endpoint::Introspect => self.introspect(&asked),
        }
    }

    fn endpoint(&self, method: &Method, path: &str) -> Option<Endpoint> {
        let issuer = &self.path;
        if let Some(rest) = path.strip_prefix("/.well-known/") {
            let (name, behind) = match rest.find('/') {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            let endpoint = match name {
                "oauth-authorization-server" => Endpoint::Metadata,
                "openid-configuration" => Endpoint::OpenId,
                _ => return None,
            };
            return (behind == issuer).then_some(endpoint);
        }
        let name = path.strip_prefix(issuer.as_str())?.strip_prefix('/')?;
        let endpoint = match name {
            ".well-known/openid-configuration" => Endpoint::OpenId,
            "jwks" => Endpoint::Jwks,
            "authorize" => Endpoint::Authorize,
            "token" => Endpoint::Token,
            "register" => Endpoint::Register,
            "introspect" => Endpoint::Introspect,
            _ => return None,
        };
        let posts = matches!(
            endpoint,
            Endpoint::Token | Endpoint::Register | Endpoint::Introspect
        );
        (posts == (method == Method::POST)).then_some(endpoint)
    }
}

// === impl Asked ===

impl Asked {
    async fn read(request: Request<Incoming>) -> Self {
        let pairs = |text: &[u8]| {
            form_urlencoded::parse(text)
                .into_owned()
                .collect::<Vec<_>>()
        };
        let mut fields = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let authorization = request.headers().get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let authorization = authorization.map(str::to_owned);
        let form = request.headers().get(CONTENT_TYPE);
        let is_form = form.is_some_and(|form| form == "application/x-www-form-urlencoded");
        let body = request.into_body().collect().await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        if is_form {
            fields.extend(pairs(&body));
        }
        Self {
            authorization,
            body,
            fields,
        }
    }

    /// Returns a field of the form or the query.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

// === impl Reply ===

impl Reply {
    pub(super) fn json(document: &Value) -> Self {
        Self::text(&document.to_string())
    }

    pub(super) fn redirect(to: &str) -> Self {
        let mut reply = Self::text("").status(StatusCode::FOUND);
        let to = HeaderValue::from_str(to).expect("a URL");
        reply.0.headers_mut().insert(LOCATION, to);
        reply
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        *self.0.status_mut() = status;
        self
    }

    fn text(text: &str) -> Self {
        let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Self(response)
    }

    fn kept(mut self, seconds: Option<u64>) -> Self {
        if let Some(seconds) = seconds {
            let value = HeaderValue::try_from(format!("max-age={seconds}")).expect("a number");
            self.0.headers_mut().insert(CACHE_CONTROL, value);
        }
        self
    }
}
