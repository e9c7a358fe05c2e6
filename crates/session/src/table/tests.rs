use tidegate_era::Revision;

use super::*;

const LIMITS: Limits = Limits {
    lifetime: 100,
    idle: 10,
    states: 2,
    states_of_one: 1_000,
    subscriptions: 2,
    subscription_bytes: 2 * Limits::URI_BYTES,
    ended: 2,
};

fn ticket(now: u64) -> Ticket {
    Ticket::new(Revision::V2025_11_25, now).expect("entropy")
}

#[test]
fn a_session_without_state_costs_nothing() {
    let mut table = Table::new(LIMITS);
    assert_eq!(table.enter(&ticket(0), 5), Ok(None));
    assert!(table.is_empty());
}

#[test]
fn a_level_stays_until_idle_and_then_the_id_is_gone() {
    let mut table = Table::new(LIMITS);
    let ticket = ticket(0);
    table.set_level(&ticket, Level::Debug, 0).expect("room");
    assert_eq!(table.enter(&ticket, 9), Ok(Some(Level::Debug)));
    table.expire(18, |_| false);
    assert_eq!(table.enter(&ticket, 18), Ok(Some(Level::Debug)));
    table.expire(28, |_| true);
    assert_eq!(
        table.enter(&ticket, 28),
        Ok(Some(Level::Debug)),
        "work was under way"
    );
    assert_eq!(table.expire(38, |_| false), [ticket.key]);
    assert_eq!(table.enter(&ticket, 38), Err(Gone));
}

#[test]
fn idleness_is_counted_from_the_end_of_the_work() {
    let mut table = Table::new(LIMITS);
    let ticket = ticket(0);
    table.set_level(&ticket, Level::Debug, 0).expect("room");
    table.expire(50, |_| true);
    table.expire(59, |_| false);
    assert_eq!(table.len(), (1, 0));
    table.expire(60, |_| false);
    assert_eq!(table.len(), (0, 1));
}

#[test]
fn subscriptions_are_counted_and_end_with_their_session() {
    let mut table = Table::new(LIMITS);
    let ticket = ticket(0);
    for (uri, subscribed) in [
        ("a", Subscribed::Taken),
        ("b", Subscribed::Taken),
        ("a", Subscribed::Taken),
        ("c", Subscribed::TooMany(2)),
    ] {
        assert_eq!(table.subscribe(&ticket, uri, 0), Ok(subscribed), "{uri}");
    }
    table.unsubscribe(&ticket, "b");
    table.unsubscribe(&ticket, "never");
    assert_eq!(table.subscribe(&ticket, "c", 0), Ok(Subscribed::Taken));
    let uris = table.subscriptions(&ticket.key).expect("state");
    assert!(uris.iter().eq(["a", "c"]), "{uris:?}");
    table.end(&ticket).expect("room");
    assert_eq!(table.subscriptions(&ticket.key), None);
}

#[test]
fn uris_are_bounded_in_bytes_for_a_session_and_for_all() {
    let mut table = Table::new(Limits {
        states: 3,
        ..LIMITS
    });
    let whole = "u".repeat(Limits::URI_BYTES);
    let tickets = [ticket(0), ticket(0), ticket(0)];
    let too_long = Ok(Subscribed::TooLong(Limits::URI_BYTES));
    let more = format!("{whole}u");
    assert_eq!(table.subscribe(&tickets[0], &more, 0), too_long);
    assert!(table.is_empty(), "what is refused makes no state");
    for ticket in &tickets[..2] {
        assert_eq!(table.subscribe(ticket, &whole, 0), Ok(Subscribed::Taken));
        assert_eq!(table.subscribe(ticket, "u", 0), too_long);
    }
    assert_eq!(table.subscribe(&tickets[2], "u", 0), Err(Full::All));
    table.unsubscribe(&tickets[0], &whole);
    assert_eq!(
        table.subscribe(&tickets[2], &whole, 0),
        Ok(Subscribed::Taken)
    );
    table.end(&tickets[1]).expect("room");
    assert_eq!(table.bytes, whole.len());
    table.expire(100, |_| false);
    assert_eq!(table.bytes, 0);
}

#[test]
fn a_session_without_an_end_that_was_ended_stays_so() {
    let mut table = Table::new(Limits {
        lifetime: u64::MAX,
        ..LIMITS
    });
    let ticket = ticket(7);
    table.end(&ticket).expect("room");
    table.expire(8, |_| false);
    assert_eq!(table.enter(&ticket, 9), Err(Gone));
}

#[test]
fn an_ended_id_is_remembered_until_it_would_have_expired() {
    let mut table = Table::new(LIMITS);
    let ticket = ticket(0);
    table.end(&ticket).expect("room");
    assert_eq!(table.enter(&ticket, 1), Err(Gone));
    table.expire(99, |_| false);
    assert_eq!(table.len(), (0, 1));
    table.expire(100, |_| false);
    assert!(table.is_empty());
    assert_eq!(table.enter(&ticket, 100), Err(Gone), "too old by itself");
}

#[test]
fn full_is_full() {
    let mut table = Table::new(LIMITS);
    for _ in 0..2 {
        table.set_level(&ticket(0), Level::Info, 0).expect("room");
        table.end(&ticket(0)).expect("room");
    }
    assert_eq!(table.set_level(&ticket(0), Level::Info, 0), Err(Full::All));
    assert_eq!(table.subscribe(&ticket(0), "a", 0), Err(Full::All));
    assert_eq!(table.end(&ticket(0)), Err(Full::All));
}

#[test]
fn no_owner_takes_what_is_left_to_all() {
    let mut table = Table::new(Limits {
        states: 4,
        states_of_one: 2,
        ..LIMITS
    });
    let owned = |owner| Ticket {
        owner: Some(Owner(owner)),
        ..ticket(0)
    };
    let of_ann = [owned(1), owned(1), owned(1)];
    for ticket in &of_ann[..2] {
        table.set_level(ticket, Level::Info, 0).expect("room");
    }
    let refused = table.set_level(&of_ann[2], Level::Info, 0);
    assert_eq!(refused, Err(Full::Owner(2)));
    assert_eq!(table.subscribe(&of_ann[2], "a", 0), Err(Full::Owner(2)));
    table
        .set_level(&of_ann[0], Level::Debug, 0)
        .expect("it has state");
    table
        .set_level(&owned(2), Level::Info, 0)
        .expect("another's");
    table
        .set_level(&ticket(0), Level::Info, 0)
        .expect("nobody's");
    let refused = table.set_level(&owned(3), Level::Info, 0);
    assert_eq!(refused, Err(Full::All));

    // Each way to end gives it back.
    table.end(&of_ann[0]).expect("room");
    table
        .set_level(&of_ann[2], Level::Info, 0)
        .expect("room again");
    table.forget(&of_ann[2].key);
    let fourth = owned(1);
    table
        .set_level(&fourth, Level::Info, 0)
        .expect("room again");
    table.expire(LIMITS.lifetime, |_| false);
    assert_eq!(table.len().0, 0);
    assert!(table.owners.is_empty());
}
