//! Answers without a result: refusals, and the short ones that say only a status.

use http::{HeaderValue, Response, StatusCode, header};
use tidegate_era::{Reject, Remedy, encode};

use super::body::{Kind, ResponseBody};
use crate::audit::Refused;

/// Turns a refusal into HTTP: the one place where that is done.
pub(crate) fn refuse(reject: &Reject) -> Response<ResponseBody> {
    tracing::debug!(
        status = reject.status.as_u16(),
        code = reject.code,
        "refused: {}",
        reject.message
    );
    let mut out = Vec::with_capacity(160);
    encode::reject(&mut out, reject);
    let mut response = Response::new(ResponseBody::new(Kind::Full(out.into())));
    *response.status_mut() = reject.status;
    if let Some(refused) = Refused::of(reject) {
        response.extensions_mut().insert(refused);
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let (name, value) = match &reject.remedy {
        Some(Remedy::Later(seconds)) => (header::RETRY_AFTER, Ok(HeaderValue::from(*seconds))),
        Some(Remedy::Methods(allow)) => (header::ALLOW, Ok(HeaderValue::from_static(allow))),
        Some(Remedy::Credentials(challenge)) => {
            (header::WWW_AUTHENTICATE, HeaderValue::from_str(challenge))
        }
        None if reject.status == StatusCode::METHOD_NOT_ALLOWED => {
            let methods = HeaderValue::from_static("POST, GET, DELETE");
            (header::ALLOW, Ok(methods))
        }
        None => return response,
    };
    if let Ok(value) = value {
        headers.insert(name, value);
    }
    response
}

/// 202: the notification or response was taken.
pub(crate) fn accepted() -> Response<ResponseBody> {
    status(StatusCode::ACCEPTED)
}

/// 101: the connection speaks something else from now on.
pub(crate) fn switching() -> Response<ResponseBody> {
    status(StatusCode::SWITCHING_PROTOCOLS)
}

/// 204: the session has ended.
pub(crate) fn ended() -> Response<ResponseBody> {
    status(StatusCode::NO_CONTENT)
}

fn status(status: StatusCode) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::new(Kind::Empty));
    *response.status_mut() = status;
    response
}
