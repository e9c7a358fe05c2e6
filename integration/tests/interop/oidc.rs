//! A server of ours that trusts a certified authorization server, `oidc-provider`, and `tidegate`, which
//! finds its way there by itself: everything between them goes over HTTP, as it does between strangers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tidegate::Client;
use tidegate::client::oauth::OAuth;
use tidegate_integration::{
    AuthorizationServer, Endpoint, Finished, Guarded, TokenCheck, TokenFormat, User, browses,
    guarded_by, oidc_provider,
};
use tokio::runtime::Runtime;

/// As long as a test takes, and much longer.
const LONG: u32 = 600;

/// How `tidegate` ends when it is not let in.
const NOT_LET_IN: Option<i32> = Some(4);

/// What is said of a token that is not taken.
const REFUSED: &str = "refuses the token that was given (401";

fn signed(seconds: u32) -> (AuthorizationServer, Guarded) {
    let issuer = oidc_provider(TokenFormat::Jwt, seconds);
    let server = guarded_by(&issuer, TokenCheck::Signature);
    (issuer, server)
}

#[track_caller]
fn is_called_by(finished: Finished, name: &str) {
    let finished = finished.well();
    let lines: Vec<_> = finished.lines.iter().map(|(_, line)| &**line).collect();
    assert_eq!(lines, [name], "{}", finished.errors);
}

#[track_caller]
fn is_refused(finished: &Finished, why: &str) {
    assert_eq!(finished.status.code(), NOT_LET_IN, "{finished:#?}");
    assert!(finished.errors.contains(why), "{finished:#?}");
}

fn scopes(login: &Value) -> Vec<&str> {
    let scopes = login["scopes"].as_array().expect("an event of a login");
    scopes.iter().filter_map(Value::as_str).collect()
}

#[test]
fn a_user_registers_logs_in_calls_and_logs_out() {
    let (issuer, server) = signed(LONG);
    let (ann, url) = (User::new(), server.url());
    let hint = format!("tidegate login {url}");
    is_refused(&ann.runs(&["call", url, "note"]), &hint);

    let login = ann.logs_in(&[url]);
    assert_eq!(login["issuer"], issuer.issuer());
    assert_eq!(login["resource"], url);
    let client = login["client"].as_str().expect("an event of a login");
    assert_ne!(client, "", "the issuer has named the client");
    assert!(scopes(&login).contains(&"notes:read"), "{login}");
    assert!(!scopes(&login).contains(&"notes:write"), "{login}");
    assert_eq!(login["renews"], true, "{login}");
    is_called_by(ann.runs(&["call", url, "note"]), "ann");
    // What is kept for Ann is nobody else's.
    is_refused(&User::new().runs(&["call", url, "note"]), &hint);

    let out = ann.runs(&["logout", url]).well();
    assert!(out.lines[0].1.starts_with("logged out of"), "{out:#?}");
    assert_eq!(out.errors, "", "the issuer takes the login back");
    is_refused(&ann.runs(&["call", url, "note"]), &hint);
}

#[test]
fn a_tool_that_needs_more_wants_another_login() {
    let (_issuer, server) = signed(LONG);
    let (ann, url) = (User::new(), server.url());
    let _ = ann.logs_in(&[url]);
    let refused = ann.runs(&["call", url, "write"]);
    let scopes_to_ask_for = ["--scope", "notes:read", "--scope", "notes:write"];
    let hint = format!("tidegate login {url} {}", scopes_to_ask_for.join(" "));
    is_refused(&refused, &hint);
    is_called_by(ann.runs(&["call", url, "note"]), "ann");
    let login = ann.logs_in(&[&[url], &scopes_to_ask_for[..]].concat());
    assert!(scopes(&login).contains(&"notes:write"), "{login}");
    is_called_by(ann.runs(&["call", url, "write"]), "ann");
    is_called_by(ann.runs(&["call", url, "note"]), "ann");
}

#[test]
fn a_client_with_a_browser_steps_up_in_the_middle_of_a_call() {
    let (_issuer, server) = signed(LONG);
    let windows = Arc::new(AtomicUsize::new(0));
    let opened = windows.clone();
    let oauth = OAuth::new().browser(move |url| {
        opened.fetch_add(1, Ordering::Relaxed);
        let url = url.to_string();
        thread::spawn(move || browses(&url));
        Ok(())
    });
    let runtime = Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let client = Client::builder(server.url()).oauth(oauth).connect().await;
        let client = client.expect("a login on the way");
        for (tool, logins) in [("note", 1), ("write", 2), ("note", 2), ("write", 2)] {
            let result = client.call_tool(tool, json!({})).await;
            assert_eq!(result.expect("a call").text(), "ann");
            assert_eq!(windows.load(Ordering::Relaxed), logins, "{tool}");
        }
    });
}

#[test]
fn a_login_outlives_its_tokens() {
    const SECONDS: u32 = 4;
    let (issuer, server) = signed(SECONDS);
    let (ann, url) = (User::new(), server.url());
    let short = issuer.token(url, "notes:read");
    is_called_by(ann.runs(&["call", url, "note", "--token", &short]), "robot");
    let _ = ann.logs_in(&[url]);
    thread::sleep(Duration::from_secs(u64::from(SECONDS) + 1));
    // Each renews a token that ends so soon, by what the one before was given: the issuer ends a login
    // whose refresh token comes twice.
    for _ in 0..3 {
        is_called_by(ann.runs(&["call", url, "note"]), "ann");
    }
    let late = ann.runs(&["call", url, "note", "--token", &short]);
    is_refused(&late, REFUSED);
}

#[test]
fn a_program_logs_in_as_itself() {
    let (issuer, server) = signed(LONG);
    let (machine, url) = (User::new(), server.url());
    let secret = machine.keeps(issuer.secret());
    let login = machine.logs_in(&[
        url,
        "--client-credentials",
        "--client-id",
        AuthorizationServer::ROBOT,
        "--client-secret-file",
        secret.to_str().expect("a path in UTF-8"),
        "--scope",
        "notes:write",
    ]);
    assert_eq!(login["client"], AuthorizationServer::ROBOT);
    is_called_by(machine.runs(&["call", url, "note"]), "robot");
    is_called_by(machine.runs(&["call", url, "write"]), "robot");
}

#[test]
fn a_token_for_another_resource_is_refused() {
    let (issuer, server) = signed(LONG);
    let (ann, url) = (User::new(), server.url());
    for (resource, is_ours) in [(url, true), ("https://elsewhere.example/mcp", false)] {
        let token = issuer.token(resource, "notes:read notes:write");
        let finished = ann.runs(&["call", url, "note", "--token", &token]);
        if is_ours {
            is_called_by(finished, "robot");
        } else {
            is_refused(&finished, REFUSED);
        }
    }
}

#[test]
fn tokens_that_only_their_issuer_reads_are_asked_about() {
    let issuer = oidc_provider(TokenFormat::Opaque, LONG);
    let server = guarded_by(&issuer, TokenCheck::Introspection);
    let (ann, url) = (User::new(), server.url());
    let _ = ann.logs_in(&[url]);
    is_called_by(ann.runs(&["call", url, "note"]), "ann");
    let thief = ann.is_copied();
    is_called_by(thief.runs(&["call", url, "note"]), "ann");
    let _ = ann.runs(&["logout", url]).well();
    is_refused(&thief.runs(&["call", url, "note"]), "tidegate login");

    let elsewhere = issuer.token("https://elsewhere.example/mcp", "notes:read");
    let refused = ann.runs(&["call", url, "note", "--token", &elsewhere]);
    is_refused(&refused, REFUSED);
}
