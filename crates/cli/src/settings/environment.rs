//! The environment and `.env`: a variable a key, and four names that programs like this one share.

use std::{env, ffi::OsString, path::Path};

use super::{
    key::{self, Key},
    said::{Heard, Layer, Origin},
};
use crate::nearest::nearest;

/// What the names of our variables begin with.
pub(super) const PREFIX: &str = "TIDEGATE_";

/// The variable that names the settings file.
pub(super) const CONFIG: &str = "TIDEGATE_CONFIG";

/// Names that platforms and other servers of this kind use, for those keys.
pub(super) const FALLBACKS: [(&str, &str); 4] = [
    ("HOST", "host"),
    ("PORT", "port"),
    ("WORKERS", "workers"),
    ("API_TOKEN", "auth.token"),
];

/// Our names that are no settings of a server: the file of settings, the token that the commands of a
/// client send, and the secret that a client logs in with.
const BESIDE: [&str; 3] = [CONFIG, "TIDEGATE_TOKEN", "TIDEGATE_CLIENT_SECRET"];

/// Variables, from one of the two places that hold some. No `Debug`: secrets are among them.
pub(super) struct Variables {
    /// The `.env` that they stand in; none: the environment.
    file: Option<String>,
    /// Names and values, as far as they may concern us.
    pub(super) all: Vec<(String, OsString)>,
}

// === impl Variables ===

impl Variables {
    /// Returns those of the environment.
    pub(super) fn of_environment() -> Self {
        let named =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            file: None,
            all: named.filter(|(name, _)| concerns_us(name)).collect(),
        }
    }

    /// Reads those of a `.env`. They are put nowhere: what is no setting of ours stays unread.
    pub(super) fn of_file(path: &Path, text: &str, heard: &mut Heard) -> Self {
        let file = path.display().to_string();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut all: Vec<(String, OsString)> = Vec::new();
        // Not the errors themselves: they show the line, which may hold a secret. Those of lines
        // that are another's do not concern us.
        for (name, value) in dotenvy::from_read_iter(text.as_bytes()).filter_map(Result::ok) {
            if all.iter().any(|(other, _)| *other == name) {
                heard.fault(format!("{name} in {file}"), "it stands there twice");
            } else if concerns_us(&name) {
                all.push((name, value.into()));
            }
        }
        // A quote that is left open takes all lines behind it along: what is ours is missed.
        let missed = text.lines().filter_map(name_of);
        for name in missed.filter(|name| all.iter().all(|(other, _)| other != name)) {
            heard.fault(
                format!("{name} in {file}"),
                "it cannot be read: its value, or one before it, needs single quotes around it",
            );
        }
        Self {
            file: Some(file),
            all,
        }
    }

    /// Says what they say. Without `fallbacks`, only names that can mean nobody else count.
    pub(super) fn hear(&self, fallbacks: bool, heard: &mut Heard) {
        for (name, value) in &self.all {
            let place = self.place(name);
            let fallback = FALLBACKS.iter().find(|(other, _)| other == name);
            let key = match fallback {
                Some(_) if !fallbacks || value.is_empty() => continue,
                Some((_, path)) => key::find(path),
                None if is_beside(name, value) => continue,
                None => key::keys().find(|key| key.variable() == *name),
            };
            match (key, value.to_str()) {
                (None, _) => heard.fault(place, unknown(name)),
                (Some(_), None) => heard.fault(place, "its value is no text"),
                (Some(key), Some(text)) => {
                    let origin = Origin::new(self.layer(fallback.is_some()), place);
                    heard.say_text(key, text, origin);
                }
            }
        }
    }

    /// Returns the value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&OsString> {
        let found = self.all.iter().find(|(other, _)| other == name);
        found
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    fn place(&self, name: &str) -> String {
        match &self.file {
            Some(file) => format!("{name} in {file}"),
            None => format!("{name} in the environment"),
        }
    }

    const fn layer(&self, is_fallback: bool) -> Layer {
        match (&self.file, is_fallback) {
            (Some(_), false) => Layer::EnvFile,
            (Some(_), true) => Layer::EnvFileFallback,
            (None, false) => Layer::Environment,
            (None, true) => Layer::EnvironmentFallback,
        }
    }
}

fn concerns_us(name: &str) -> bool {
    name.starts_with(PREFIX) || FALLBACKS.iter().any(|(fallback, _)| *fallback == name)
}

/// Whether a name of ours is for something else than settings.
fn is_beside(name: &str, value: &OsString) -> bool {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default();
    // Kubernetes puts these into every container beside a service called `tidegate`.
    let is_service_link = matches!(rest, "SERVICE_HOST" | "SERVICE_PORT")
        || rest.starts_with("SERVICE_PORT_")
        || rest.starts_with("PORT_")
        || (rest == "PORT" && value.to_string_lossy().contains("://"));
    BESIDE.contains(&name) || is_service_link
}

/// Returns the name at the beginning of a line of `.env`, if it concerns us.
fn name_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let end = line.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let name = &line[..end.unwrap_or(line.len())];
    concerns_us(name).then_some(name)
}

fn unknown(name: &str) -> String {
    let variables: Vec<_> = key::keys().map(Key::variable).collect();
    let near = nearest(name, variables.iter().map(String::as_str));
    match near.first() {
        Some(near) => format!("there is no such setting; did you mean {near}?"),
        None => "there is no such setting".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what a `.env` with this text says: `key=value`, or the faults.
    fn told(text: &str) -> Vec<String> {
        let mut heard = Heard::default();
        let variables = Variables::of_file(Path::new(".env"), text, &mut heard);
        variables.hear(true, &mut heard);
        let said = heard.said.iter();
        let said = said.map(|said| format!("{}={}", said.key.path, said.value));
        let faults = heard.faults.iter().map(ToString::to_string);
        said.chain(faults).collect()
    }

    #[test]
    fn variables_are_keys() {
        for (text, says) in [
            ("TIDEGATE_WORKERS=2", "workers=2"),
            (
                "export TIDEGATE_HTTP_MAX_BODY='1MiB'",
                "http.max_body=\"1MiB\"",
            ),
            ("TIDEGATE_FRONTS_SSE=yes # for old ones", "fronts.sse=true"),
            (
                "TIDEGATE_ACCESS_ALLOW_HOSTS=a.b,c.d",
                "access.allow_hosts=[\"a.b\",\"c.d\"]",
            ),
            ("PORT=9000", "port=9000"),
            ("\u{feff}HOST=0.0.0.0", "host=\"0.0.0.0\""),
        ] {
            assert_eq!(told(text), [says]);
        }
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        for text in [
            "DATABASE_URL=postgres://me:hunter2@db/x",
            "This is no variable at all",
            "OTHER='never closed",
            "API_TOKEN=\nPORT=",
            "TIDEGATE_TOKEN=what-the-client-sends",
            "TIDEGATE_CONFIG=a.toml",
            "TIDEGATE_PORT=tcp://10.0.0.11:80\nTIDEGATE_PORT_80_TCP=tcp://10.0.0.11:80",
            "TIDEGATE_SERVICE_HOST=10.0.0.11\nTIDEGATE_SERVICE_PORT_HTTP=80",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_name_and_not_by_its_value() {
        for (text, says) in [
            (
                "TIDEGATE_LIMITS_MAX_CALL=1",
                "did you mean TIDEGATE_LIMITS_MAX_CALLS?",
            ),
            (
                "TIDEGATE_STREAMS_PING=often",
                "TIDEGATE_STREAMS_PING in .env: streams.ping: `often`",
            ),
            (
                "PORT=http",
                "PORT in .env: port: `http` does not go: write a number, 0 to 65535",
            ),
            ("TIDEGATE_WORKERS=", "TIDEGATE_WORKERS in .env: workers: "),
            ("PORT=1\nPORT=2", "PORT in .env: it stands there twice"),
            (
                "API_TOKEN=hunter2",
                "API_TOKEN in .env: auth.token: a token is",
            ),
            (
                "TIDEGATE_AUTH_TOKEN=",
                "TIDEGATE_AUTH_TOKEN in .env: auth.token: a token is",
            ),
            ("TIDEGATE_AUTH_TOKEN=hunter2 hunter2", "needs single quotes"),
            (
                "export API_TOKEN='hunter2",
                "API_TOKEN in .env: it cannot be read",
            ),
            (
                "TALK=don't\nAPI_TOKEN=hunter2",
                "API_TOKEN in .env: it cannot be read",
            ),
        ] {
            let told = told(text);
            let said = told.last().unwrap();
            assert!(
                said.contains(says) && !said.contains("hunter2"),
                "{text}: {told:?}"
            );
        }
    }

    #[test]
    fn no_key_has_a_name_that_kubernetes_takes() {
        for key in key::keys() {
            let name = key.variable();
            assert!(!is_beside(&name, &OsString::from("1")), "{name}");
        }
    }
}
