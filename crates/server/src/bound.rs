//! A server that has its address and waits to be run.

use std::{fmt, future::Future, net::SocketAddr, sync::Arc};

use crate::{
    error::Error,
    listen::{self, Listener, Secure},
    state::State,
};

/// A server that has its address: clients can connect, and are answered once it runs.
pub struct Bound {
    state: Arc<State>,
    listener: Listener,
    secure: Option<Arc<Secure>>,
}

// === impl Bound ===

impl Bound {
    pub(crate) const fn new(
        state: Arc<State>,
        listener: Listener,
        secure: Option<Arc<Secure>>,
    ) -> Self {
        Self {
            state,
            listener,
            secure,
        }
    }

    /// Returns the TCP address; `None` on a Unix socket.
    #[must_use]
    pub const fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.addr()
    }

    /// Returns the TCP address.
    ///
    /// # Panics
    ///
    /// On a Unix socket, which has none.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.listener.addr().expect("a TCP address")
    }

    /// Returns the endpoint's URL.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.listener {
            tcp @ Listener::Tcp(..) => {
                let scheme = if self.secure.is_some() {
                    "https"
                } else {
                    "http"
                };
                format!("{scheme}://{tcp}{}", self.state.config.path)
            }
            unix @ Listener::Unix(..) => unix.to_string(),
        }
    }

    /// Returns the SHA-256 fingerprint of the certificate that clients see, as `AB:CD:…`; `None`
    /// without TLS.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let secure = self.secure.as_ref()?;
        Some(secure.fingerprint().to_string())
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    ///
    /// None at present; a listener that fails is logged and tried again.
    pub async fn run(self) -> Result<(), Error> {
        self.run_until(std::future::pending()).await
    }

    /// Serves until `stop` completes; then calls under way may end, within
    /// [`Config::drain`](crate::Config::drain).
    ///
    /// # Errors
    ///
    /// None at present; a listener that fails is logged and tried again.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        listen::serve(self.state, self.listener, self.secure, stop).await;
        Ok(())
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bound({})", self.url())
    }
}
