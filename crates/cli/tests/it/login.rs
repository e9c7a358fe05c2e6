//! Logging in and out, and what the other commands do with that.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};

use crate::{
    authority::{Authority, TOKEN, browse},
    process::{Ran, Running, tidegate},
};

/// Returns the command of somebody who has this folder for a home.
fn at_home(home: &Path, words: &[&str]) -> Command {
    let mut command = tidegate(words);
    command
        .env("XDG_STATE_HOME", home)
        .env("HOME", home)
        .env_remove("TIDEGATE_CLIENT_SECRET");
    command
}

fn ran(home: &Path, words: &[&str]) -> Ran {
    Running::start(&mut at_home(home, words)).end()
}

/// Logs in as a user does who is shown the address.
fn log_in(home: &Path, url: &str) -> Ran {
    let words = ["login", url, "--no-browser", "--json"];
    let mut running = Running::start(&mut at_home(home, &words));
    let lines = BufReader::new(running.child.stderr.take().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with("http"));
    let page = browse(&address.unwrap());
    assert!(page.contains("You have logged in"), "{page}");
    running.end()
}

#[test]
fn a_login_is_kept_and_used_until_it_is_not_wanted() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let (home, url) = (home.path(), authority.url());
    let before = ran(home, &["list", &url]);
    assert_eq!(before.code, Some(4), "{before:?}");
    let hint = format!("tidegate login {url}");
    assert!(before.stderr.contains(&hint), "{before:?}");

    let login = log_in(home, &url);
    assert_eq!(login.code, Some(0), "{login:?}");
    let told: serde_json::Value = serde_json::from_str(&login.stdout).unwrap();
    assert_eq!(told["event"], "login");
    assert_eq!(told["issuer"], authority.origin());
    assert_eq!(told["scopes"], serde_json::json!(["files"]));
    let folder = home.join("tidegate/logins");
    assert_eq!(told["kept"], folder.to_str().unwrap());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in folder.read_dir().unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }

    let after = ran(home, &["list", &url]);
    assert_eq!(after.code, Some(0), "{after:?}");
    assert!(after.stdout.contains("guarded"), "{after:?}");
    for said in [&login, &after] {
        assert!(!said.stdout.contains(TOKEN) && !said.stderr.contains(TOKEN));
    }

    assert!(
        ran(home, &["logout", &url])
            .stdout
            .starts_with("logged out of")
    );
    assert!(
        ran(home, &["logout", &url])
            .stdout
            .starts_with("there was no login")
    );
    assert_eq!(ran(home, &["list", &url]).code, Some(4));
}

#[test]
fn what_a_login_has_to_be_good_for_is_said_as_a_shell_takes_it() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let (home, url) = (home.path(), authority.url());
    assert_eq!(log_in(home, &url).code, Some(0));
    let refused = ran(home, &["call", &url, "guarded"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    let hint = format!("tidegate login {url} --scope files --scope '$(id)'\n");
    assert!(refused.stderr.contains(&hint), "{refused:?}");
}

#[test]
fn processes_side_by_side_spend_no_refresh_token_twice() {
    let (home, authority) = (
        tempfile::tempdir().unwrap(),
        Authority::start_with_short_tokens(),
    );
    let (home, url) = (home.path(), authority.url());
    assert_eq!(log_in(home, &url).code, Some(0));
    // A login that ends once and for all would show in the second round.
    for _ in 0..2 {
        let list = || Running::start(&mut at_home(home, &["list", &url]));
        let running: Vec<Running> = (0..6).map(|_| list()).collect();
        for process in running {
            let ended = process.end();
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
    }
    let (given, reused) = authority.refreshed();
    assert!(given > 12, "everybody renewed: {given}");
    assert_eq!(reused, 0);
}

#[test]
fn a_token_comes_from_the_variable_or_the_command_line() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let url = authority.url();
    let list = |words: &[&str], variable: &str| {
        let words = [&["list", &url], words].concat();
        let mut command = at_home(home.path(), &words);
        Running::start(command.env("TIDEGATE_TOKEN", variable)).end()
    };
    assert_eq!(list(&[], TOKEN).code, Some(0));
    assert_eq!(list(&["--token", TOKEN], "").code, Some(0));
    assert_eq!(
        list(&["--token", TOKEN], "an-old-one").code,
        Some(0),
        "typed is stronger"
    );
    let refused = list(&[], "an-old-one");
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("refuses the token"), "{refused:?}");
    assert!(refused.stderr.contains("TIDEGATE_TOKEN"), "{refused:?}");
    assert!(!refused.stderr.contains("an-old-one"), "{refused:?}");
}

#[test]
fn a_host_that_starts_connect_is_told_to_log_in() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let url = authority.url();
    let mut command = at_home(home.path(), &["connect", &url]);
    let mut running = Running::start(command.stdin(std::process::Stdio::piped()));
    let asked = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"h","version":"1"}}}"#;
    let mut stdin = running.child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, format!("{asked}\n").as_bytes()).unwrap();
    drop(stdin);
    let ended = running.end();
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(
        ended.stderr.contains(&format!("tidegate login {url}")),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("wants a login"), "{ended:?}");
}

#[test]
fn nobody_waits_for_ever_for_a_user_who_does_not_come() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let words = [
        "login",
        &authority.url(),
        "--no-browser",
        "--timeout",
        "100ms",
    ];
    let late = ran(home.path(), &words);
    assert_eq!(late.code, Some(4), "{late:?}");
    assert!(late.stderr.contains("nobody logged in"), "{late:?}");
}

#[test]
fn a_client_is_shown_to_no_other_issuer_than_its_own() {
    let (home, authority) = (tempfile::tempdir().unwrap(), Authority::start());
    let secret = home.path().join("secret");
    fs::write(&secret, "hunter2").unwrap();
    let url = authority.url();
    let words = [
        "login",
        &url,
        "--client-credentials",
        "--client-id",
        "robot",
    ];
    let words = [
        &words[..],
        &["--client-secret-file", secret.to_str().unwrap()],
    ]
    .concat();
    let elsewhere = [&words[..], &["--issuer", "https://issuer.example"]].concat();
    let refused = ran(home.path(), &elsewhere);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    let why = "is registered at https://issuer.example";
    assert!(refused.stderr.contains(why), "{refused:?}");
}

#[test]
fn what_cannot_be_is_said_before_anything_is_asked() {
    let home = tempfile::tempdir().unwrap();
    for (words, why) in [
        (&["login", "http://192.0.2.1/mcp"][..], "over https"),
        (&["login", "stdio:true"], "over HTTP"),
        (
            &["login", "https://a.example/mcp", "--client-credentials"],
            "--client-id",
        ),
        (&["list", "stdio:true", "--token", "x"], "no token"),
        // It is a token, and no flag.
        (&["list", "stdio:true", "--token", "-3x"], "no token"),
        (
            &["list", "http://127.0.0.1:9/mcp", "--cacert", "/nowhere"],
            "/nowhere",
        ),
    ] {
        let refused = ran(home.path(), words);
        assert!(matches!(refused.code, Some(2 | 4 | 7)), "{refused:?}");
        assert!(refused.stderr.contains(why), "{refused:?}");
    }
}
