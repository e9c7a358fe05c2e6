//! What the command line comes to in keys.

use clap::{CommandFactory, Parser};

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    given: Given,
}

fn told(words: &[&str]) -> Vec<String> {
    let line = Line::parse_from(["tidegate"].iter().chain(words));
    let mut heard = Heard::default();
    line.given.hear(&mut heard);
    let said = heard.said.iter();
    let said = said.map(|said| format!("{}={} by {}", said.key.path, said.value, said.origin));
    let faults = heard.faults.iter().map(ToString::to_string);
    said.chain(faults).collect()
}

#[test]
fn every_flag_is_there_and_for_a_key() {
    let given = serde_json::to_value(Flags::default()).unwrap();
    let command = Line::command();
    for (name, path) in FLAGS {
        assert!(key::find(path).is_some(), "{path}");
        assert!(given.get(name).is_some(), "{name}");
        let argument = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(name));
        let argument = argument.unwrap_or_else(|| panic!("{name}"));
        assert!(
            argument
                .get_default_values()
                .iter()
                .all(|value| value == "false"),
            "{name}"
        );
    }
    assert_eq!(given.as_object().unwrap().len(), FLAGS.len());
}

#[test]
fn what_is_not_given_is_not_said() {
    assert_eq!(told(&[]), [""; 0]);
}

#[test]
fn flags_are_keys() {
    for (words, says) in [
        (&["--workers", "2"][..], "workers=2 by --workers"),
        (&["--sse"], "fronts.sse=true by --sse"),
        (&["--respond", "json"], "http.respond=\"json\" by --respond"),
        (
            &["--allow-host", "a.b", "--allow-host", "c.d"],
            "access.allow_hosts=[\"a.b\",\"c.d\"] by --allow-host",
        ),
        (
            &["--set", "limits.max_calls=5"],
            "limits.max_calls=5 by --set limits.max_calls",
        ),
        (
            &["--set", "fronts.sse=false"],
            "fronts.sse=false by --set fronts.sse",
        ),
        (
            &["--tls-client-optional"],
            "tls.client_certificate=\"optional\" by --tls-client-optional",
        ),
        (&["--hsts", "2"], "tls.hsts_days=2 by --hsts"),
        (
            &["--behind-proxy", "10.0.0.0/8", "--behind-proxy", "unix"],
            "access.behind_proxy=[\"10.0.0.0/8\",\"unix\"] by --behind-proxy",
        ),
        (
            &["--set", "access.allow_hosts="],
            "access.allow_hosts=[] by --set access.allow_hosts",
        ),
    ] {
        assert_eq!(told(words), [says]);
    }
}

#[test]
fn what_cannot_be_set_says_why() {
    for (words, says) in [
        (
            &["--workers", "0"][..],
            "--workers: workers: 0 is too little: at least 1",
        ),
        (&["--hsts", "soon"], "--hsts: tls.hsts_days: `soon`"),
        (
            &["--behind-proxy", "10.0.0.7/8"],
            "--behind-proxy: access.behind_proxy: `10.0.0.7/8` does not go",
        ),
        (
            &["--set", "auth.issuers=x"],
            "auth.issuers: it goes into a file of settings alone",
        ),
        (
            &["--set", "limits.max_cals=5"],
            "did you mean limits.max_calls?",
        ),
        (&["--set", "hunter2"], "--set: write it as KEY=VALUE"),
        (
            &["--set", "auth.token=hunter2hunter2hunter2"],
            "use the settings file or TIDEGATE_AUTH_TOKEN",
        ),
        (
            &["--log", "warn", "--set", "log=info"],
            "--set log: it is given twice",
        ),
    ] {
        let told = told(words);
        let said = told.last().unwrap();
        assert!(said.contains(says) && !said.contains("hunter2"), "{told:?}");
    }
}
