use proptest::prelude::*;

use super::*;
use crate::replay::Numbers;

fn keys() -> EventKeys {
    EventKeys::new(&Keys::new(1, &[7; 32]))
}

fn session(byte: u8) -> SessionKey {
    SessionKey([byte; 16])
}

/// The id that the frame after `before` others carries.
fn id(keys: EventKeys, session: SessionKey, request: &Id, before: u64) -> String {
    let mut numbers = Numbers::new(keys.into(), session, request.clone());
    let mut out = Vec::new();
    for _ in 0..=before {
        out.clear();
        numbers.write_next(&mut out);
    }
    let line = String::from_utf8(out).expect("ASCII");
    let id = line.strip_prefix("id: ").expect("an id");
    id.strip_suffix('\n').expect("a line").to_owned()
}

fn call(id: &str) -> CallEvent {
    match EventId::read(id.as_bytes()) {
        Some(EventId::Call(event)) => event,
        other => panic!("{id}: {other:?}"),
    }
}

fn requests() -> impl Strategy<Value = Id> {
    prop_oneof![
        any::<i64>().prop_map(Id::Number),
        any::<String>().prop_map(|text| Id::Text(text.into())),
        "[ -~]{60,70}".prop_map(|text| Id::Text(text.into())),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back_and_fits_its_session_alone(
        request in requests(),
        before in 0_u64..50,
        mine in any::<u8>(),
        other in any::<u8>(),
    ) {
        let id = id(keys(), session(mine), &request, before);
        let event = call(&id);
        let rides = !matches!(&request, Id::Text(text) if text.len() > MAX_REQUEST);
        prop_assert!(id.len() <= MAX_ID, "{id}");
        prop_assert_eq!(&event.request, &rides.then_some(request));
        prop_assert_eq!(event.after, before + 1);
        prop_assert!(keys().fits(session(mine), &event));
        prop_assert_eq!(keys().fits(session(other), &event), mine == other);
        let strangers = EventKeys::new(&Keys::new(1, &[8; 32]));
        prop_assert!(!strangers.fits(session(mine), &event));
    }

    /// Only how far was heard may be changed: it tells nothing that the session may not hear.
    #[test]
    fn a_changed_id_is_malformed_or_fits_nobody(
        request in requests(),
        at in any::<prop::sample::Index>(),
        byte in 0x21_u8..0x7f,
    ) {
        let id = id(keys(), session(1), &request, 4);
        let mut changed = id.clone().into_bytes();
        let at = at.index(id.rfind('-').expect("a number"));
        changed[at] = byte;
        if let Some(EventId::Call(event)) = EventId::read(&changed)
            && event != call(&id)
        {
            prop_assert!(!keys().fits(session(1), &event), "{id} {changed:?}");
        }
    }

    #[test]
    fn anything_can_be_read(id in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = EventId::read(&id);
    }
}

#[test]
fn what_we_never_make_is_malformed() {
    for id in [
        "",
        "0",
        "1_0",
        "c",
        "g".repeat(300).as_str(),
        "c1",
        "c1.n1.0123456789abcdef",
        "c1.n1.0123456789abcde-1",
        "c+1.n1.0123456789abcdef-1",
        "c1.x1.0123456789abcdef-1",
        "c1.n.0123456789abcdef-1",
        "c1.n1.0123456789abcdef-",
        "c1.n1.0123456789abcdef--1",
        "c99999999999999999999.n1.0123456789abcdef-1",
        "c1.t!.0123456789abcdef-1",
    ] {
        assert_eq!(EventId::read(id.as_bytes()), None, "{id}");
    }
    assert_eq!(EventId::read(b"g5-7"), Some(EventId::Standing("5-7")));
}

#[test]
fn a_former_key_still_fits() {
    let id = id(keys(), session(3), &Id::Number(1), 0);
    let rotated = EventKeys::new(&Keys::new(2, &[9; 32]).with_former(1, &[7; 32]));
    assert!(rotated.fits(session(3), &call(&id)));
}
