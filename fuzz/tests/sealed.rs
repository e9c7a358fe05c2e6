//! What is sealed opens for its owner, or not at all.

use bolero::check;
use bytes::Bytes;
use tidegate_model::{Method, Raw};
use tidegate_session::{Answers, CallDigest, Keys, Round, Stale, read_answers};

fn keys() -> Keys {
    Keys::new(7, &[9; 32])
}

#[test]
fn strangers_tokens_open_nothing() {
    let keys = keys();
    check!().with_type::<Vec<u8>>().for_each(|token| {
        assert!(keys.open(token, b"").is_none());
        if let Ok(text) = std::str::from_utf8(token) {
            let call = CallDigest::of(&Method::ToolsCall, &Raw::empty_object());
            let opened = Round::open(&keys, text, b"", || call, 0);
            assert_eq!(opened, Err(Stale::Forged));
        }
        let _ = read_answers(token);
    });
}

#[test]
fn a_round_comes_back_unless_a_byte_was_changed() {
    let keys = keys();
    check!()
        .with_type::<(Vec<u8>, Vec<String>, u16, u8)>()
        .for_each(|(params, names, at, with)| {
            let params = Raw::trusted(Bytes::copy_from_slice(params));
            let call = CallDigest::of(&Method::ToolsCall, &params);
            let answers: Answers = names
                .iter()
                .map(|name| (name.clone(), Ok(Raw::of(name).expect("JSON"))))
                .collect();
            let round = Round::new(call, answers, 10).expect("entropy");
            let sealed = round.seal(&keys, b"ann").expect("entropy").expect("small");
            assert_eq!(
                Round::open(&keys, &sealed, b"ann", || call, 9).as_ref(),
                Ok(&round)
            );
            let mut forged = sealed.clone().into_bytes();
            let at = usize::from(*at) % forged.len();
            forged[at] = b"ABCDEFGHabcdefgh-_019"[usize::from(*with) % 21];
            let forged = String::from_utf8(forged).expect("ASCII");
            if forged != sealed {
                assert!(Round::open(&keys, &forged, b"ann", || call, 9).is_err());
            }
        });
}
