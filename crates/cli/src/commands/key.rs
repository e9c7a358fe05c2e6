//! `tidegate key`: API keys, made, listed and revoked.

use std::{io::Write as _, path::PathBuf, time::SystemTime};

use clap::Subcommand;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use tidegate_auth::{Key, Record};

use crate::{
    error::{Error, Kind},
    json::Event,
    key_file::KeyFile,
    show,
    table::{Column, Table},
};

const EXAMPLES: &str = "\
Examples:
  tidegate key new --name 'nightly build' --scope files:read --expires 90d --file keys.toml
  tidegate key list --file keys.toml
  tidegate key revoke k3v9q2m7xw --file keys.toml

A running server takes changes of its key file up by itself.";

/// Make, list and revoke API keys
///
/// A key is shown once. What is kept of it is its hash, its name, its scopes and when it expires.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,

    /// Print one JSON event a line: a key each, or revoked
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key: it goes to stdout, once, and its record to the file
    New(New),
    /// List the keys of a file
    List(List),
    /// End a key
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
struct New {
    /// Whose it is, or what for
    #[arg(long)]
    name: String,

    /// What it allows; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,

    /// When it expires, as 90d, 12h or 52w; without it, never
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    expires: Option<u64>,

    /// The file that keeps its record, made if it is not there; without it, the record is printed
    #[arg(long)]
    file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct List {
    /// The file that keeps the records
    #[arg(long)]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Revoke {
    /// The key's id: the ten letters behind tgk_
    id: String,

    /// The file that keeps its record
    #[arg(long)]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    match args.what {
        What::New(new) => new.run(args.json),
        What::List(list) => list.run(args.json),
        What::Revoke(revoke) => revoke.run(args.json),
    }
}

// === impl New ===

impl New {
    fn run(&self, json: bool) -> Result<(), Error> {
        let now = now();
        let expires = self.expires.map(|lifetime| now.saturating_add(lifetime));
        let Key { secret, record, .. } = Key::generate(&self.name, &self.scopes, expires, now)
            .map_err(|error| Error::new(Kind::Usage, error))?;
        // First: a key that nothing knows helps nobody.
        if let Some(file) = &self.file {
            KeyFile::at(file).add(&record)?;
        }
        let secret = secret.expose_secret();
        if json {
            let paste = self.file.is_none().then(|| record.to_string());
            return show::event(&event(&record, Some(secret), paste));
        }
        match &self.file {
            Some(file) => tell(&format!(
                "This is the only time the key is shown. Its record {} is in {}.",
                record.id,
                file.display()
            )),
            None => tell(&format!(
                "This is the only time the key is shown. Put its record into the key file:\n\n{record}"
            )),
        }
        show::text(secret)
    }
}

// === impl List ===

impl List {
    fn run(&self, json: bool) -> Result<(), Error> {
        let (records, exposed) = KeyFile::at(&self.file).read()?;
        if exposed && !json {
            let path = self.file.display();
            tell(&format!(
                "Others may read or write {path}; `chmod 600 {path}` keeps them out."
            ));
        }
        if json {
            let mut events = records.iter().map(|record| event(record, None, None));
            return events.try_for_each(|event| show::event(&event));
        }
        show::lines(&table(&records, now()).lines(show::width()))
    }
}

// === impl Revoke ===

impl Revoke {
    fn run(&self, json: bool) -> Result<(), Error> {
        let path = self.file.display();
        if !KeyFile::at(&self.file).remove(&self.id)? {
            let error = format!("there is no key {} in {path}", self.id);
            return Err(Error::new(Kind::Usage, error).hint(format!(
                "`tidegate key list --file {path}` shows which there are"
            )));
        }
        match json {
            true => show::event(&Event::Revoked { id: &self.id }),
            false => {
                tell(&format!("The key {} is revoked.", self.id));
                Ok(())
            }
        }
    }
}

/// Reads for how long a key is good, in seconds.
fn lifetime(text: &str) -> Result<u64, String> {
    /// Ten years: whoever wants longer means for ever.
    const MOST: u64 = 10 * 366 * 86_400;
    let wrong = || format!("`{text}` is no time; write it as 12h, 90d or 52w, ten years at most");
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let unit = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(unit);
    seconds
        .filter(|seconds| (1..=MOST).contains(seconds))
        .ok_or_else(wrong)
}

fn table(records: &[Record], now: u64) -> Table {
    let mut table = Table::new([
        Column::left("id"),
        Column::left("name"),
        Column::left("scopes"),
        Column::left("created"),
        Column::left("expires"),
    ]);
    for record in records {
        let day = |seconds| date(seconds).strftime("%Y-%m-%d").to_string();
        let expires = match record.expires {
            None => "never".to_owned(),
            Some(expires) if expires <= now => format!("expired {}", day(expires)),
            Some(expires) => day(expires),
        };
        table.row([
            record.id.to_string(),
            record.name.to_string(),
            record.scopes.to_string(),
            day(record.created),
            expires,
        ]);
    }
    table
}

fn event<'a>(record: &'a Record, key: Option<&'a str>, paste: Option<String>) -> Event<'a> {
    Event::Key {
        id: &record.id,
        name: &record.name,
        scopes: record.scopes.iter().collect(),
        created: date(record.created).to_string(),
        expires: record.expires.map(|expires| date(expires).to_string()),
        key,
        record: paste,
    }
}

fn date(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).ok();
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// Says a line to a person.
fn tell(line: &str) {
    // Talk that nobody hears does not end the command.
    let _ = writeln!(anstream::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        for (text, seconds) in [
            ("90d", 7_776_000),
            ("1m", 60),
            ("12h", 43_200),
            ("52w", 31_449_600),
        ] {
            assert_eq!(lifetime(text), Ok(seconds), "{text}");
        }
        for bad in [
            "",
            "d",
            "90",
            "0d",
            "-1d",
            "1.5d",
            "3661d",
            "99999999999999999999w",
            "5y",
            "9\u{e4}",
        ] {
            assert!(lifetime(bad).unwrap_err().contains("90d"), "{bad}");
        }
    }

    #[test]
    fn a_key_that_expired_is_marked() {
        let made = |name: &str, expires| Key::generate(name, &[], expires, 10).unwrap().record;
        let records = [
            made("a", None),
            made("b", Some(86_400)),
            made("c", Some(1 << 40)),
        ];
        let lines = table(&records, 86_400).lines(None);
        assert!(lines[1].ends_with("1970-01-01  never"), "{}", lines[1]);
        assert!(lines[2].ends_with("expired 1970-01-02"), "{}", lines[2]);
        assert!(lines[3].contains(&*records[2].id));
    }
}
