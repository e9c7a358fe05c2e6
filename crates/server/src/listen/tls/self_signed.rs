//! A certificate that a server makes for itself, for development.

use std::{net::IpAddr, time::SystemTime};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;

use super::{fault::Fault, material::Pair};

/// For whom it always is: this machine.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long it is good for, in days: what browsers grant at most. The next start makes another.
const DAYS: i32 = 397;

/// Makes a certificate for this machine and `hosts`. What is no name that a certificate can have is
/// left out.
pub(super) fn make(hosts: &[&str]) -> Result<Pair, Fault> {
    let failed = |error| Fault::by("no certificate can be made", error);
    let mut names: Vec<String> = LOCAL.map(str::to_owned).into();
    for host in hosts {
        let name = name(host);
        // An address that stands for all of a machine's is nobody's.
        let is_any = name.parse().is_ok_and(|ip: IpAddr| ip.is_unspecified());
        if !is_any && !names.contains(&name) && CertificateParams::new([name.clone()]).is_ok() {
            names.push(name);
        }
    }
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "tidegate, signed by itself");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Clocks differ by less than a day.
    let [begin, end] =
        [date(-1), date(DAYS)].map(|(year, month, day)| date_time_ymd(year, month, day));
    (params.not_before, params.not_after) = (begin, end);
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok(Pair {
        chain: vec![certificate.der().clone()],
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    })
}

/// Returns a host as certificates name it: no port, no brackets.
fn name(host: &str) -> String {
    let host = crate::guard::without_port(host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.to_ascii_lowercase()
}

/// Returns the date some days from now: its year, month and day.
fn date(days: i32) -> (i32, u8, u8) {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    let date = now
        .to_zoned(TimeZone::UTC)
        .date()
        .saturating_add(days.days());
    let [month, day] = [date.month(), date.day()].map(i8::unsigned_abs);
    (date.year().into(), month, day)
}
