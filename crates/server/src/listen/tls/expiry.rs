//! A certificate's end, said in time: what should renew it may have failed unseen.

use std::time::{Duration, SystemTime};

/// How long before its end a certificate is spoken of. What renews itself has done so by then, those
/// certificates too that live for six days.
const SOON: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// What was said of the end of a certificate.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    of: Option<SystemTime>,
    said: Option<&'static str>,
}

// === impl Expiry ===

impl Expiry {
    /// Returns what is to be said of a certificate that is good until `expires`, once.
    pub(super) fn look(&mut self, expires: SystemTime, now: SystemTime) -> Option<&'static str> {
        if self.of != Some(expires) {
            *self = Self {
                of: Some(expires),
                said: None,
            };
        }
        let says = match expires.duration_since(now) {
            Err(_) => "the certificate has expired: clients refuse it",
            Ok(left) if left <= SOON => "the certificate expires within two days",
            Ok(_) => return None,
        };
        if self.said == Some(says) {
            return None;
        }
        self.said = Some(says);
        Some(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[test]
    fn an_end_is_said_before_it_comes_and_when_it_has_come_and_once() {
        let now = SystemTime::now();
        let end = now + 50 * HOUR;
        let mut expiry = Expiry::default();
        let mut said = |hours: u32| expiry.look(end, now + hours * HOUR);
        assert_eq!(said(0), None);
        assert!(said(3).is_some_and(|said| said.contains("within two days")));
        assert_eq!(said(4), None);
        assert!(said(51).is_some_and(|said| said.contains("has expired")));
        assert_eq!(said(52), None);
    }

    #[test]
    fn another_certificate_has_another_end() {
        let now = SystemTime::now();
        let mut expiry = Expiry::default();
        assert!(expiry.look(now + HOUR, now).is_some());
        assert_eq!(expiry.look(now + 100 * HOUR, now), None);
        assert!(expiry.look(now + 2 * HOUR, now).is_some());
    }
}
