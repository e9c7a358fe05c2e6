//! The address, from `listen` as a whole and from `host` and `port` by themselves: whichever of them
//! is said in the stronger place counts.

use serde_json::Value;

use super::{
    said::{Fault, Layer, Origin},
    values::{Address, Endpoint},
};

/// A part of the address, and where it stands.
pub(super) type Part<T> = Option<(T, Origin)>;

/// Puts the address together.
///
/// # Errors
///
/// When `listen` and a part of it stand in the same place.
pub(super) fn resolve(
    listen: (Address, Origin),
    host: Part<Endpoint>,
    port: Part<u16>,
) -> Result<(Address, Origin), Fault> {
    let (mut address, mut origin) = listen;
    let whole = origin.layer;
    if let Some((host, from)) = stronger(host, whole, "host")? {
        let port = match address {
            Address::Tcp { port, .. } => port,
            Address::Unix(_) => Address::PORT,
        };
        address = Address::Tcp { host, port };
        origin = from;
    }
    if let Some((port, from)) = stronger(port, whole, "port")? {
        let host = match address {
            Address::Tcp { host, .. } => host,
            Address::Unix(_) => Endpoint::standard(),
        };
        address = Address::Tcp { host, port };
        origin = match origin.layer {
            Layer::Default => from,
            _ if origin == from => from,
            _ => Origin::new(from.layer.max(origin.layer), format!("{origin}, {from}")),
        };
    }
    Ok((address, origin))
}

/// Returns a part if it is said in a stronger place than the whole.
fn stronger<T>(part: Part<T>, whole: Layer, name: &str) -> Result<Part<T>, Fault> {
    match part {
        Some((_, from)) if from.layer == whole => Err(Fault {
            place: from.place,
            what: format!("`listen` says the {name} already: leave one of them out"),
        }),
        part => Ok(part.filter(|(_, from)| from.layer > whole)),
    }
}

/// Reads a part whose value has been checked.
pub(super) fn part<T: serde::de::DeserializeOwned>(said: Option<(&Value, &Origin)>) -> Part<T> {
    let (value, origin) = said?;
    Some((serde_json::from_value(value.clone()).ok()?, origin.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn resolved(
        listen: Option<(&str, Layer)>,
        host: Option<(&str, Layer)>,
        port: Option<(u16, Layer)>,
    ) -> Result<String, Fault> {
        let listen = match listen {
            Some((text, layer)) => (
                from_value(json!(text)).unwrap(),
                Origin::new(layer, "listen"),
            ),
            None => (Address::standard(), Origin::default_value()),
        };
        let host = host
            .map(|(host, layer)| (from_value(json!(host)).unwrap(), Origin::new(layer, "host")));
        let port = port.map(|(port, layer)| (port, Origin::new(layer, "port")));
        let (address, origin) = resolve(listen, host, port)?;
        Ok(format!("{address} by {origin}"))
    }

    #[test]
    fn the_stronger_place_counts_for_each_part() {
        use Layer::{EnvFile, Environment, EnvironmentFallback, File, Flag};
        for (listen, host, port, address) in [
            (None, None, None, "127.0.0.1:8080 by default"),
            (
                None,
                None,
                Some((9000, EnvironmentFallback)),
                "127.0.0.1:9000 by port",
            ),
            (None, Some(("::1", File)), None, "[::1]:8080 by host"),
            (
                Some(("a:1", File)),
                None,
                Some((2, Environment)),
                "a:2 by listen, port",
            ),
            (
                Some(("a:1", Flag)),
                Some(("b", Environment)),
                Some((2, EnvFile)),
                "a:1 by listen",
            ),
            (
                Some(("a:1", EnvFile)),
                Some(("b", Environment)),
                Some((2, File)),
                "b:1 by host",
            ),
            (
                Some(("a:1", File)),
                Some(("b", EnvFile)),
                Some((2, Environment)),
                "b:2 by host, port",
            ),
            (
                Some(("unix:/a", File)),
                None,
                Some((2, Environment)),
                "127.0.0.1:2 by listen, port",
            ),
            (
                Some(("unix:/a", Flag)),
                None,
                Some((2, Environment)),
                "unix:/a by listen",
            ),
        ] {
            assert_eq!(resolved(listen, host, port).unwrap(), address);
        }
    }

    #[test]
    fn the_same_place_does_not_say_it_twice() {
        let fault = resolved(Some(("a:1", Layer::File)), None, Some((2, Layer::File))).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "port: `listen` says the port already: leave one of them out"
        );
    }
}
