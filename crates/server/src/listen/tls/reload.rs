//! New certificates while the server runs: files are read from time to time, and what has changed is
//! served to the next connection.
//!
//! Contents are compared, not times: a volume of Kubernetes swaps a link, and a copy may keep the time
//! of what it was copied from.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{expiry::Expiry, fault::Fault, material::Material, secure::Secure};

/// The least time between two looks, whatever the configuration says: none would keep a core busy.
const LEAST: Duration = Duration::from_millis(10);

/// What was wrong at the looks before this one.
#[derive(Default)]
struct Trouble {
    last: Option<String>,
    told: bool,
}

// === impl Secure ===

impl Secure {
    /// Looks at the files for as long as it is polled.
    pub(in crate::listen) async fn keep_fresh(self: Arc<Self>) {
        let (mut trouble, mut expiry) = (Trouble::default(), Expiry::default());
        loop {
            let end = self.expires();
            if let Some(says) = end.and_then(|end| expiry.look(end, SystemTime::now())) {
                tracing::warn!(fingerprint = %self.fingerprint(), "{says}");
            }
            tokio::time::sleep(self.tls.reload_every.max(LEAST)).await;
            if !self.tls.names_files() {
                continue;
            }
            let secure = Arc::clone(&self);
            let look = tokio::task::spawn_blocking(move || secure.look());
            match look.await {
                Ok(Ok(is_new)) => {
                    trouble = Trouble::default();
                    if is_new {
                        let fingerprint = self.fingerprint();
                        tracing::info!(%fingerprint, "new connections see a new certificate");
                    }
                }
                Ok(Err(fault)) => trouble.meets(fault.in_full()),
                // The runtime ends.
                Err(_) => return,
            }
        }
    }

    fn look(&self) -> Result<bool, Fault> {
        self.renew(Material::read(&self.tls, self.own.as_ref())?)
    }
}

// === impl Trouble ===

impl Trouble {
    /// Warns of what is wrong at two looks, and once: whoever replaces two files is met between them
    /// now and then.
    fn meets(&mut self, fault: String) {
        if self.last.as_ref() != Some(&fault) {
            *self = Self {
                last: Some(fault),
                told: false,
            };
        } else if !self.told {
            tracing::warn!("the certificate that was read before is still served: {fault}");
            self.told = true;
        }
    }
}
