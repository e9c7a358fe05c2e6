//! Why a server does not start, or stopped.

use std::{borrow::Cow, fmt, io};

use crate::listen::{Fault, Lacks};

/// Why a server does not start, or stopped.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    Address {
        address: String,
        why: &'static str,
    },
    Bind {
        address: String,
        source: io::Error,
    },
    Unsafe {
        address: String,
        lacks: Lacks,
    },
    Access {
        source: tidegate_auth::Error,
    },
    Tls {
        fault: Fault,
    },
    Handler {
        problems: Vec<String>,
    },
    Setting {
        name: &'static str,
        why: Cow<'static, str>,
    },
    System {
        what: &'static str,
    },
    Stdio {
        source: io::Error,
    },
}

// === impl Error ===

impl Error {
    pub(crate) fn address(address: &str, why: &'static str) -> Self {
        Self(Kind::Address {
            address: address.to_owned(),
            why,
        })
    }

    pub(crate) fn bind(address: &str, source: io::Error) -> Self {
        Self(Kind::Bind {
            address: address.to_owned(),
            source,
        })
    }

    pub(crate) fn unsafe_address(address: &str, lacks: Lacks) -> Self {
        Self(Kind::Unsafe {
            address: address.to_owned(),
            lacks,
        })
    }

    pub(crate) const fn access(source: tidegate_auth::Error) -> Self {
        Self(Kind::Access { source })
    }

    pub(crate) const fn tls(fault: Fault) -> Self {
        Self(Kind::Tls { fault })
    }

    pub(crate) const fn handler(problems: Vec<String>) -> Self {
        Self(Kind::Handler { problems })
    }

    pub(crate) fn setting(name: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        let why = why.into();
        Self(Kind::Setting { name, why })
    }

    pub(crate) const fn system(what: &'static str) -> Self {
        Self(Kind::System { what })
    }

    pub(crate) const fn stdio(source: io::Error) -> Self {
        Self(Kind::Stdio { source })
    }

    /// Returns whether the address was refused because anyone could call there, or read what callers
    /// show.
    #[must_use]
    pub const fn is_unsafe(&self) -> bool {
        matches!(self.0, Kind::Unsafe { .. })
    }

    /// Returns whether a certificate, a key or an authority could not be used.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        matches!(self.0, Kind::Tls { .. })
    }

    /// Returns whether the address could not be listened at.
    #[must_use]
    pub const fn is_bind(&self) -> bool {
        matches!(self.0, Kind::Bind { .. } | Kind::Address { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Address { address, why } => write!(f, "cannot listen at {address}: {why}"),
            Kind::Bind { address, .. } => write!(f, "cannot listen at {address}"),
            Kind::Unsafe { address, lacks } => {
                write!(f, "{address} can be reached from beyond this machine, and ")?;
                f.write_str(lacks.mended())
            }
            Kind::Tls { .. } => f.write_str("TLS cannot be used"),
            Kind::Handler { problems } => {
                write!(f, "the handler cannot be served: {}", problems.join("; "))
            }
            Kind::Access { .. } => f.write_str("callers cannot be known as it was set"),
            Kind::Stdio { .. } => f.write_str("standard input or output cannot be used"),
            Kind::Setting { name, why } => write!(f, "the setting {name} cannot be used: {why}"),
            Kind::System { what } => write!(f, "the system has no {what} to give"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Bind { source, .. } | Kind::Stdio { source } => Some(source),
            Kind::Access { source } => Some(source),
            Kind::Tls { fault } => Some(fault),
            _ => None,
        }
    }
}
