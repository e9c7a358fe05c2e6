//! A request on its way out, before an era has given it its form.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use serde_json::{Map, Value, json};
use tidegate_model::{Id, Level, Raw};

use crate::{error::Error, wire::Wire};

/// A request on its way out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: String,
    /// The parameters, field by field, without `_meta`.
    pub(crate) fields: Vec<(String, Raw)>,
    /// What the caller puts into `_meta`.
    pub(crate) meta: Map<String, Value>,
    /// From which level on log messages are wanted.
    pub(crate) log_level: Option<Level>,
    /// What `Mcp-Name` repeats.
    pub(crate) name: Option<String>,
}

pub(crate) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

// === impl Outgoing ===

impl Outgoing {
    /// Returns a request without parameters.
    pub(crate) fn new(method: impl Into<String>, log_level: Option<Level>) -> Self {
        Self {
            method: method.into(),
            fields: Vec::new(),
            meta: Map::new(),
            log_level,
            name: None,
        }
    }

    /// Adds a parameter.
    pub(crate) fn field(mut self, name: impl Into<String>, value: impl Into<Raw>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Returns the request without a parameter.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut without = self.clone();
        without.fields.retain(|(field, _)| field != name);
        without
    }

    /// Adds the parameter that `Mcp-Name` repeats.
    pub(crate) fn named(mut self, field: &str, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self.field(field, json!(name))
    }

    /// Takes whole parameters apart.
    ///
    /// # Errors
    ///
    /// When they are no object.
    pub(crate) fn with_params(mut self, params: Value) -> Result<Self, Error> {
        let fields = match params {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            _ => return Err(Error::input("the parameters must be a JSON object")),
        };
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("_meta", Value::Object(meta)) => self.meta = meta,
                ("_meta", _) => return Err(Error::input("`_meta` must be a JSON object")),
                (_, value) => {
                    if self.is_name(&key) {
                        self.name = value.as_str().map(str::to_owned);
                    }
                    self.fields.push((key, value.into()));
                }
            }
        }
        Ok(self)
    }

    /// Returns the parameter of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Raw> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value)
    }

    /// Writes the request; `meta` comes last among the parameters.
    pub(crate) fn body(&self, id: Option<&Id>, meta: Map<String, Value>) -> Bytes {
        let mut body = String::with_capacity(256);
        body.push_str(r#"{"jsonrpc":"2.0""#);
        if let Some(id) = id {
            body.push_str(r#","id":"#);
            body.push_str(&json!(id).to_string());
        }
        body.push_str(r#","method":"#);
        body.push_str(&json!(self.method).to_string());
        if !self.fields.is_empty() || !meta.is_empty() {
            body.push_str(r#","params":"#);
            let meta =
                (!meta.is_empty()).then(|| ("_meta".to_owned(), Raw::from(Value::Object(meta))));
            write_object(&mut body, self.fields.iter().chain(&meta));
        }
        body.push('}');
        body.into()
    }

    /// Returns the parameters without `_meta`, as they are sent.
    pub(crate) fn params(&self) -> String {
        let mut params = String::new();
        write_object(&mut params, self.fields.iter());
        params
    }

    fn is_name(&self, field: &str) -> bool {
        match self.method.as_str() {
            "tools/call" | "prompts/get" => field == "name",
            "resources/read" => field == "uri",
            method => method.starts_with("tasks/") && field == "taskId",
        }
    }
}

fn write_object<'a>(out: &mut String, fields: impl Iterator<Item = &'a (String, Raw)>) {
    out.push('{');
    for (at, (name, value)) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&json!(name).to_string());
        out.push(':');
        out.push_str(value.as_str());
    }
    out.push('}');
}

/// Returns a POST of `body` with the headers that both eras send.
pub(crate) fn post(wire: &Wire, body: Bytes) -> http::Request<Bytes> {
    let mut request = bare(wire, Method::POST, body);
    let headers = request.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("application/json, text/event-stream"),
    );
    request
}

/// Returns a request with the user's own headers.
pub(crate) fn bare(wire: &Wire, method: Method, body: Bytes) -> http::Request<Bytes> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = wire.url.clone();
    request.headers_mut().clone_from(&wire.headers);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_out_as_they_came_in() {
        let arguments = Raw::trusted(Bytes::from_static(
            br#"{"n":12345678901234567890123,"n2":1.50}"#,
        ));
        let request = Outgoing::new("tools/call", None)
            .named("name", "echo \"me\"")
            .field("arguments", arguments);
        let mut meta = Map::new();
        meta.insert("progressToken".to_owned(), json!(7));
        assert_eq!(
            request.body(Some(&Id::Number(7)), meta),
            concat!(
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo \"me\"","#,
                r#""arguments":{"n":12345678901234567890123,"n2":1.50},"_meta":{"progressToken":7}}}"#
            )
        );
    }

    #[test]
    fn nothing_is_said_of_no_parameters() {
        let request = Outgoing::new("notifications/initialized", None);
        assert_eq!(
            request.body(None, Map::new()),
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        );
    }

    #[test]
    fn parameters_must_be_an_object() {
        let request = Outgoing::new("x/y", None);
        assert!(request.clone().with_params(json!([1])).is_err());
        assert!(request.with_params(json!({"_meta": 1})).is_err());
    }
}
