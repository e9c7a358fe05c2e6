//! The lines to try that a server prints when it is up.

/// Returns lines that a newcomer can paste into a shell while a server runs at `url`.
pub(crate) fn try_it(url: &str) -> String {
    if let Some(socket) = url.strip_prefix("unix:") {
        let curl = curl(&format!("--unix-socket {socket} http://localhost/mcp"));
        return format!("try it:  {curl}");
    }
    let url = &callable(url);
    format!(
        "try it:  tidegate call {url} process_files\n    or:  {}",
        curl(url)
    )
}

/// Returns the line for a server whose certificate nobody can know: one that does not ask for it.
pub(crate) fn try_it_unverified(url: &str) -> String {
    format!("try it:  {}", curl(&format!("-k {}", callable(url))))
}

/// A server on all addresses is called at one of them.
fn callable(url: &str) -> String {
    url.replace("//0.0.0.0:", "//127.0.0.1:")
        .replace("//[::]:", "//[::1]:")
}

/// Returns a curl line that sees a stream. It is one request of the modern era, which needs no
/// session before it.
fn curl(url: &str) -> String {
    format!(
        "curl -sN {url} -H 'Content-Type: application/json' \
         -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' \
         -H 'Mcp-Method: tools/call' -H 'Mcp-Name: count' -d '{CURL_BODY}'"
    )
}

/// Ten steps of progress, one every three tenths of a second: slow enough to watch.
const CURL_BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count","arguments":{"n":10,"delay_ms":300},"_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_for_curl_is_json_and_safe_in_single_quotes() {
        let body: serde_json::Value = serde_json::from_str(CURL_BODY).unwrap();
        assert_eq!(body["params"]["name"], "count");
        assert!(!CURL_BODY.contains('\''));
    }

    #[test]
    fn the_lines_have_an_address_that_can_be_called() {
        assert!(try_it("http://127.0.0.1:8080/mcp").contains("call http://127.0.0.1:8080/mcp p"));
        assert!(try_it("http://0.0.0.0:80/mcp").contains("curl -sN http://127.0.0.1:80/mcp "));
        assert!(try_it("http://[::]:80/mcp").contains("curl -sN http://[::1]:80/mcp "));
        let unverified = try_it_unverified("https://0.0.0.0:80/mcp");
        assert!(unverified.contains("curl -sN -k https://127.0.0.1:80/mcp "));
        let unix = try_it("unix:/run/t.sock");
        assert!(
            unix.contains("--unix-socket /run/t.sock http://localhost/mcp"),
            "{unix}"
        );
    }
}
