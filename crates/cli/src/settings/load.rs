//! Reads all layers and lays them over each other.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    environment::{CONFIG, Variables},
    file,
    flags::Given,
    listen,
    said::{Fault, Heard, Layer, Origin, Said},
    tables::Settings,
};
use crate::error::{Error, Kind};

/// The settings that count, and where they come from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) origins: Origins,
    /// What was read beside the command line, and the keys that it says something of.
    pub(crate) read: Vec<(String, Vec<&'static str>)>,
}

/// Where each setting comes from that is not a default.
#[derive(Debug, Default)]
pub(crate) struct Origins(BTreeMap<&'static str, Origin>);

/// The `.env` that is read if nobody names another.
const ENV_FILE: &str = ".env";

// === impl Loaded ===

impl Loaded {
    /// Reads what the command line, the environment and the files say. `fallbacks` says whether names
    /// such as `PORT` count.
    ///
    /// # Errors
    ///
    /// Everything that is wrong in any of them, with its place.
    pub(crate) fn load(given: &Given, fallbacks: bool) -> Result<Self, Error> {
        let mut all = Layers::default();
        let environment = Variables::of_environment();
        let env_file = all.env_file(given)?;
        let named = [Some(&environment), env_file.as_ref()];
        let named = named
            .into_iter()
            .flatten()
            .find_map(|some| some.get(CONFIG));
        let config = given.config.clone().or_else(|| named.map(PathBuf::from));
        if let Some(path) = config {
            let text = text(&path).map_err(|error| {
                let error = unreadable(&path, &error);
                match &given.config {
                    Some(_) => error,
                    None => error.hint(format!("{CONFIG} names it")),
                }
            })?;
            all.add(path.display().to_string(), file::read(&path, &text));
        }
        if let Some(variables) = env_file {
            let mut heard = Heard::default();
            variables.hear(fallbacks, &mut heard);
            let name = given.env_file.as_deref().unwrap_or(Path::new(ENV_FILE));
            all.add(name.display().to_string(), heard);
        }
        let mut heard = Heard::default();
        environment.hear(fallbacks, &mut heard);
        all.add("the environment".to_owned(), heard);
        let mut heard = Heard::default();
        given.hear(&mut heard);
        all.take(heard);
        all.settle()
    }

    /// Returns the files that are the server's own, and nobody's to read through a tool: settings, keys
    /// and what else is secret.
    pub(crate) fn own_files(&self) -> impl Iterator<Item = PathBuf> {
        let settings = &self.settings;
        let named = [&settings.auth.keys, &settings.tls.key];
        let named = named.into_iter().flatten();
        let named = named.map(|place| place.as_path().to_owned());
        // The environment is among them, which is no file and keeps nothing back.
        let read = self.read.iter().map(|(name, _)| PathBuf::from(name));
        named.chain(read).collect::<Vec<_>>().into_iter()
    }

    /// Says what was read, and which settings it says: `tidegate.toml (17), .env (port)`. None: there
    /// are none but on the command line.
    pub(crate) fn sources(&self) -> Option<String> {
        let sources = self.read.iter().map(|(name, keys)| match keys.len() {
            // As many as are read at a glance.
            0..=5 => format!("{name} ({})", keys.join(", ")),
            many => format!("{name} ({many})"),
        });
        let sources: Vec<_> = sources.collect();
        (!sources.is_empty()).then(|| sources.join(", "))
    }
}

/// The layers as they are read. No `Debug`: a secret is among them.
#[derive(Default)]
struct Layers {
    said: Vec<Said>,
    faults: Vec<Fault>,
    read: Vec<(String, Vec<&'static str>)>,
}

// === impl Layers ===

impl Layers {
    /// Reads the file of variables, where there is one.
    fn env_file(&mut self, given: &Given) -> Result<Option<Variables>, Error> {
        if given.no_env_file {
            return Ok(None);
        }
        let path = given.env_file.as_deref().unwrap_or(Path::new(ENV_FILE));
        let text = match text(path) {
            Ok(text) => text,
            // Nobody asked for it, and a folder of this name is Python's.
            Err(error)
                if given.env_file.is_none()
                    && matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory
                    ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(path, &error).hint("--no-env-file reads none")),
        };
        let mut heard = Heard::default();
        let variables = Variables::of_file(path, &text, &mut heard);
        self.faults.extend(heard.faults);
        Ok(Some(variables))
    }

    fn add(&mut self, name: String, heard: Heard) {
        if !heard.said.is_empty() {
            let keys = heard.said.iter().map(|said| said.key.path.as_str());
            self.read.push((name, keys.collect()));
        }
        self.take(heard);
    }

    fn take(&mut self, heard: Heard) {
        self.said.extend(heard.said);
        self.faults.extend(heard.faults);
    }

    /// Lays the layers over each other.
    fn settle(mut self) -> Result<Loaded, Error> {
        self.said.sort_by_key(|said| said.origin.layer);
        let mut strongest: BTreeMap<&'static str, Said> = BTreeMap::new();
        for said in self.said {
            strongest.insert(&said.key.path, said);
        }
        let address = {
            let of = |path| strongest.get(path).map(|said| (&said.value, &said.origin));
            let listen = listen::part(of("listen"))
                .unwrap_or_else(|| (Settings::default().listen, Origin::default_value()));
            listen::resolve(listen, listen::part(of("host")), listen::part(of("port")))
        };
        // From here on the address is one.
        strongest.remove("host");
        strongest.remove("port");
        let mut raw = json!({});
        for said in strongest.values() {
            said.key.put(&mut raw, said.value.clone());
        }
        let settings = serde_json::from_value::<Settings>(raw);
        let origins = strongest
            .into_iter()
            .map(|(path, said)| (path, said.origin));
        let mut origins = Origins(origins.collect());
        let settled = match (address, settings) {
            _ if !self.faults.is_empty() => None,
            (Err(fault), _) => {
                self.faults.push(fault);
                None
            }
            // Each value has been checked by itself.
            (_, Err(error)) => return Err(Error::new(Kind::Usage, error)),
            (Ok((address, origin)), Ok(mut settings)) => {
                settings.listen = address;
                origins.insert("listen", origin);
                match settings.check() {
                    Ok(()) => Some(settings),
                    Err((path, what)) => {
                        let place = origins.of(path).to_string();
                        let what = format!("{path}: {what}");
                        self.faults.push(Fault { place, what });
                        None
                    }
                }
            }
        };
        settled.map_or_else(
            || Err(wrong(&self.faults)),
            |settings| {
                Ok(Loaded {
                    settings,
                    origins,
                    read: self.read,
                })
            },
        )
    }
}

// === impl Origins ===

impl Origins {
    /// Returns where a key's value comes from.
    pub(crate) fn of(&self, path: &str) -> Origin {
        let origin = self.0.get(path).cloned();
        origin.unwrap_or_else(Origin::default_value)
    }

    /// Returns where a key's value comes from, if somebody said it.
    pub(crate) fn given(&self, path: &str) -> Option<&Origin> {
        self.0.get(path)
    }

    fn insert(&mut self, path: &'static str, origin: Origin) {
        if origin.layer > Layer::Default {
            self.0.insert(path, origin);
        }
    }
}

/// Returns the error of everything that is wrong, a line each.
fn wrong(faults: &[Fault]) -> Error {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    Error::new(Kind::Usage, lines.join("\n"))
        .hint("`tidegate config schema` has every setting, with what it does")
}

/// Reads a file of settings, which is text and not large.
fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(file::MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > file::MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(
        Kind::Local,
        format!("cannot read {}: {error}", path.display()),
    )
}

/// Returns the settings as a tree; what is not set is not in it, and a secret is not itself.
pub(super) fn shown(settings: &Settings) -> Value {
    serde_json::to_value(settings).expect("settings are text, numbers and lists")
}
