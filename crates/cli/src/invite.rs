//! The lines to try that a server prints when it is up.

/// What a call has to show, and what it must not look at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shows {
    /// A token or a key.
    pub(crate) token: bool,
    /// A certificate of its own.
    pub(crate) certificate: bool,
    /// The server's certificate is one that nobody can know.
    pub(crate) unverified: bool,
}

/// Returns lines that a newcomer can paste into a shell while a server runs at `url`.
pub(crate) fn try_it(url: &str, shows: Shows) -> String {
    let mut options = String::new();
    for (is_needed, option) in [
        (shows.unverified, "-k "),
        (shows.certificate, "--cert YOUR_CERTIFICATE --key ITS_KEY "),
        (shows.token, "-H 'Authorization: Bearer YOUR_TOKEN' "),
    ] {
        options.push_str(if is_needed { option } else { "" });
    }
    if let Some(socket) = url.strip_prefix("unix:") {
        let at = format!("{options}--unix-socket {socket} http://localhost/mcp");
        return format!("try it:  {}", curl(&at));
    }
    let url = &callable(url);
    let curl = curl(&format!("{options}{url}"));
    // The command takes no certificate, and always looks at the server's.
    if shows.unverified || shows.certificate {
        return format!("try it:  {curl}");
    }
    // Not an argument: those can be read by every process.
    let token = match shows.token {
        true => "TIDEGATE_TOKEN=YOUR_TOKEN ",
        false => "",
    };
    format!("try it:  {token}tidegate call {url} process_files\n    or:  {curl}")
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
        let anyone = |url| try_it(url, Shows::default());
        assert!(anyone("http://127.0.0.1:8080/mcp").contains("call http://127.0.0.1:8080/mcp p"));
        assert!(anyone("http://0.0.0.0:80/mcp").contains("curl -sN http://127.0.0.1:80/mcp "));
        assert!(anyone("http://[::]:80/mcp").contains("curl -sN http://[::1]:80/mcp "));
        let unix = anyone("unix:/run/t.sock");
        assert!(
            unix.contains("--unix-socket /run/t.sock http://localhost/mcp"),
            "{unix}"
        );
    }

    #[test]
    fn the_lines_show_what_the_server_asks_for() {
        let lines = |token, certificate, unverified| {
            let shows = Shows {
                token,
                certificate,
                unverified,
            };
            try_it("https://0.0.0.0:80/mcp", shows)
        };
        let unverified = lines(false, false, true);
        assert!(unverified.contains("curl -sN -k https://127.0.0.1:80/mcp "));
        assert!(!unverified.contains("tidegate") && !unverified.contains("YOUR"));
        let token = lines(true, false, false);
        for says in [
            "TIDEGATE_TOKEN=YOUR_TOKEN tidegate call",
            "-H 'Authorization: Bearer YOUR_TOKEN'",
        ] {
            assert!(token.contains(says), "{token}");
        }
        let certificate = lines(false, true, false);
        assert!(certificate.contains("--cert YOUR_CERTIFICATE --key ITS_KEY https://127"));
    }
}
