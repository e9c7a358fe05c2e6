//! Who is counted, and what the one is told who comes too often.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use tidegate_era::Remedy;
use tidegate_model::Principal;

use super::*;
use crate::config::{PerCaller, Rate};

fn rate(per_second: u32, burst: u32) -> Option<Rate> {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Some(Rate::per_second(number(per_second)).burst(number(burst)))
}

fn limits(calls: Option<Rate>, initializes: Option<Rate>, all: Option<Rate>) -> Limits {
    Limits::new(&Config {
        per_caller: PerCaller {
            calls,
            initializes,
            ..PerCaller::default()
        },
        max_initializes: all,
        ..Config::default()
    })
}

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

fn statuses(times: usize, ask: impl Fn() -> Result<(), Reject>) -> Vec<u16> {
    (0..times)
        .map(|_| ask().map_or_else(|reject| reject.status.as_u16(), |()| 200))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_caller_has_its_rate_and_its_burst_and_nobody_elses() {
    let limits = limits(rate(2, 3), None, None);
    let ann = Principal::new(*b"ann", "ann");
    let bob = Principal::new(*b"bob", "bob");
    let calls = |principal, client, times| statuses(times, || limits.call(principal, client));
    let here = address("192.0.2.1");
    assert_eq!(calls(Some(&ann), here, 4), [200, 200, 200, 429]);
    // It is the principal who counts, wherever it calls from.
    assert_eq!(calls(Some(&ann), address("192.0.2.9"), 1), [429]);
    assert_eq!(calls(Some(&bob), here, 1), [200]);
    assert_eq!(calls(None, here, 4), [200, 200, 200, 429]);
    let refused = limits.call(None, here).expect_err("it is too fast");
    assert_eq!(refused.remedy, Some(Remedy::Later(1)));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(calls(Some(&ann), here, 3), [200, 200, 429]);
}

#[tokio::test(start_paused = true)]
async fn a_network_of_ipv6_is_one_caller_and_who_has_no_address_is_none() {
    let limits = limits(rate(1, 1), None, None);
    let call = |client| statuses(1, || limits.call(None, client))[0];
    assert_eq!(call(address("2001:db8::1")), 200);
    assert_eq!(call(address("2001:db8::ffff:2")), 429);
    assert_eq!(call(address("2001:db8:0:1::1")), 200);
    assert_eq!(call(address("192.0.2.1")), 200);
    assert_eq!(call(address("::ffff:192.0.2.1")), 429);
    assert_eq!([call(None), call(None)], [200, 200]);
}

#[tokio::test(start_paused = true)]
async fn sessions_are_counted_for_each_and_for_all() {
    let limits = limits(None, rate(1, 2), rate(1, 3));
    let open = |client, times| statuses(times, || limits.initialize(None, address(client)));
    assert_eq!(open("192.0.2.1", 3), [200, 200, 429]);
    assert_eq!(open("192.0.2.2", 2), [200, 503]);
    assert_eq!(
        statuses(9, || limits.call(None, address("192.0.2.1"))),
        [200; 9]
    );
}

#[test]
fn a_share_is_given_back_and_leaves_nothing_behind() {
    let limits = limits(None, None, None);
    let ann = limits.owner(Some(&Principal::new(*b"ann", "ann")));
    let bob = limits.owner(Some(&Principal::new(*b"bob", "bob")));
    assert_ne!(ann, bob);
    let shares = Shares::new(2, "calls");
    let held = [shares.take(ann), shares.take(ann)];
    let refused = shares.take(ann).expect_err("it has its share");
    assert_eq!(
        (refused.status.as_u16(), refused.remedy.clone()),
        (429, Some(Remedy::Later(1)))
    );
    assert!(refused.message.contains("2 calls"), "{refused}");
    assert!(shares.take(bob).is_ok());
    for _ in 0..9 {
        assert!(shares.take(limits.owner(None)).expect("no owner").is_none());
    }
    drop(held);
    assert!(shares.take(ann).is_ok());
    assert_eq!(shares.owners(), 0);

    let none = Shares::new(0, "calls");
    assert!(none.take(ann).is_err());
    assert_eq!(none.owners(), 0);
}
