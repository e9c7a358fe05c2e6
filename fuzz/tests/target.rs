//! An address reads as what it is shown as, or is refused.

use bolero::check;
use tidegate_client::Target;

#[test]
fn what_is_shown_reads_the_same() {
    check!()
        .with_type::<(u8, Vec<u8>)>()
        .for_each(|(scheme, noise)| {
            const SCHEMES: [&str; 8] = [
                "",
                "http:",
                "https://",
                "sse+",
                "sse+http://a/",
                "ws://",
                "wss:",
                "stdio:",
            ];
            let scheme = SCHEMES[usize::from(*scheme) % SCHEMES.len()];
            let text = format!("{scheme}{}", String::from_utf8_lossy(noise));
            match Target::read(&text) {
                Ok(target) => {
                    let shown = target.to_string();
                    assert_eq!(Target::read(&shown).expect("what is shown"), target);
                }
                Err(error) => assert!(error.is_input(), "{text:?}: {error:?}"),
            }
        });
}
