//! Opening a WebSocket (RFC 6455 §4): an HTTP request that asks to be no HTTP any more.

#[cfg(feature = "oauth")]
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use url::Url;

#[cfg(feature = "oauth")]
use crate::{
    error::BoxError,
    oauth::{Authorizer, Head},
};
use crate::{
    error::Error,
    link::bearer::{has_credentials, unwelcome},
    receive::excerpt,
};

/// The name of the protocol inside the WebSocket.
const SUBPROTOCOL: HeaderValue = HeaderValue::from_static("mcp");

/// How much of a refusal is read for what it says.
const MOST: usize = 4096;

/// Returns the address that the handshake goes to.
pub(crate) fn over_http(url: &Url) -> Result<Url, Error> {
    let (scheme, rest) = match url.as_str().split_once(':') {
        Some(("ws", rest)) => ("http", rest),
        Some(("wss", rest)) => ("https", rest),
        _ => return Err(Error::input(format_args!("{url} is no WebSocket"))),
    };
    Url::parse(&format!("{scheme}:{rest}"))
        .map_err(|error| Error::input(format_args!("{url} is no URL")).because(error))
}

/// A handshake that was answered, and the key that the answer has to fit.
pub(super) struct Asked {
    response: reqwest::Response,
    key: String,
}

/// Asks for a WebSocket.
pub(super) async fn ask(
    client: &reqwest::Client,
    url: &Url,
    headers: HeaderMap,
) -> Result<Asked, Error> {
    let key = generate_key();
    let request = client
        .get(url.clone())
        .headers(headers)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .header(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    let response = request.send().await.map_err(failed)?;
    Ok(Asked { response, key })
}

/// Asks with what `authorizer` has the handshake carry.
#[cfg(feature = "oauth")]
pub(super) async fn authorized<F>(
    authorizer: &Arc<Authorizer>,
    uri: &http::Uri,
    ask: impl Fn(HeaderMap) -> F,
) -> Result<Asked, Error>
where
    F: Future<Output = Result<Asked, Error>>,
{
    let ask = |headers| {
        let asked = ask(headers);
        async move { asked.await.map_err(BoxError::from) }
    };
    let carried = authorizer.carry(&http::Method::GET, uri, ask);
    carried.await.map_err(Error::link)
}

/// Reads the answer, and returns what the frames go over; `given` are the user's own headers.
///
/// # Errors
///
/// When the server refuses: with its status.
pub(super) async fn shaken(asked: Asked, given: &HeaderMap) -> Result<reqwest::Upgraded, Error> {
    let Asked { response, key } = asked;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let unwelcome = unwelcome(response.status()).filter(|_| has_credentials(given));
        return Err(match unwelcome {
            Some(error) => error,
            None => refused(response).await,
        });
    }
    check(response.headers(), &key)?;
    response.upgrade().await.map_err(failed)
}

#[cfg(feature = "oauth")]
impl Head for Asked {
    fn status(&self) -> StatusCode {
        self.response.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }
}

/// Checks that the server speaks WebSocket, and answers us and nobody else.
fn check(headers: &HeaderMap, key: &str) -> Result<(), Error> {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let upgrade = said(header::UPGRADE).unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Error::answer(format_args!(
            "the server switched to {upgrade:?} and not to WebSocket"
        )));
    }
    if said(header::SEC_WEBSOCKET_ACCEPT) != Some(derive_accept_key(key.as_bytes()).as_str()) {
        return Err(Error::answer(
            "the server's WebSocket handshake answers another request than ours",
        ));
    }
    match headers.get(header::SEC_WEBSOCKET_PROTOCOL) {
        Some(protocol) if protocol != SUBPROTOCOL => Err(Error::answer(format_args!(
            "the server speaks {protocol:?} over its WebSocket and not mcp"
        ))),
        Some(_) => Ok(()),
        None => {
            // Some servers leave it out, and speak it all the same.
            tracing::debug!("the server does not say that it speaks mcp over its WebSocket");
            Ok(())
        }
    }
}

async fn refused(mut response: reqwest::Response) -> Error {
    let status = response.status();
    if status.is_success() {
        return Error::answer("the server answered, and opened no WebSocket; is this its address?");
    }
    let mut said = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        said.extend_from_slice(&chunk);
        if said.len() > MOST {
            break;
        }
    }
    Error::refused(status, excerpt(&said))
}

fn failed(error: reqwest::Error) -> Error {
    Error::link(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handshake_goes_over_http() {
        for (url, expected) in [
            ("ws://a.example/ws?x=1", "http://a.example/ws?x=1"),
            ("wss://a.example:8443/", "https://a.example:8443/"),
            ("ws://[::1]:80/ws", "http://[::1]/ws"),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(over_http(&url).expect("a WebSocket").as_str(), expected);
        }
        assert!(over_http(&Url::parse("http://a/").expect("a URL")).is_err());
    }

    #[test]
    fn whoever_answers_something_else_is_no_websocket() {
        let key = generate_key();
        let answer = |accept: &str, protocol: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::UPGRADE, HeaderValue::from_static("WebSocket"));
            let accept = HeaderValue::from_str(accept).expect("a header");
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
            if let Some(protocol) = protocol {
                headers.insert(
                    header::SEC_WEBSOCKET_PROTOCOL,
                    HeaderValue::from_static(protocol),
                );
            }
            check(&headers, &key)
        };
        let accept = derive_accept_key(key.as_bytes());
        assert!(answer(&accept, Some("mcp")).is_ok());
        assert!(answer(&accept, None).is_ok());
        assert!(answer(&accept, Some("chat")).is_err());
        assert!(answer("stale", Some("mcp")).is_err());
        assert!(check(&HeaderMap::new(), &key).is_err());
    }
}
