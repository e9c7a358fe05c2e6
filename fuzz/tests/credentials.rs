//! Whatever a stranger shows, nothing panics and nobody is known.

use std::panic::AssertUnwindSafe;

use bolero::check;
use http::HeaderValue;
use tidegate_auth::{
    Auth, Authenticate, Credentials, Issuer, Key, KeySet, Record, Refusal, Scopes, Verdict,
};

/// The key of RFC 8037 §A.2, whose private half signs nothing here.
const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn auth() -> Auth {
    let key = Key::generate("somebody", &[], None, 0).expect("entropy");
    let keys = KeySet::read(KEYS.as_bytes()).expect("a key set");
    let issuer = Issuer::new("https://as.example").expect("a URL");
    Auth::builder()
        .token(
            "a token of sixteen bytes and more"
                .replace(' ', "-")
                .as_str(),
            Some(Scopes::default()),
        )
        .keys(key.record.to_string())
        .issuer(issuer.keys(keys).audience("us"))
        .build()
        .expect("a way to be known")
}

fn is_refused(auth: &Auth, shown: &Credentials<'_>) {
    match auth.authenticate(shown, 1_800_000_000) {
        Verdict::Refused(refusal) => {
            assert!(
                !matches!(refusal, Refusal::Unavailable(_)),
                "nothing is fetched"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_header_is_refused() {
    let auth = AssertUnwindSafe(auth());
    check!()
        .with_type::<(bool, u8, Vec<u8>)>()
        .for_each(|(as_key, begin, noise)| {
            const BEGINS: [&str; 6] = [
                "",
                "Bearer ",
                "bearer tgk_",
                "Bearer eyJhbGciOiJFZERTQSJ9.",
                "Basic ",
                "Bearer ..",
            ];
            let begin = BEGINS[usize::from(*begin) % BEGINS.len()].as_bytes();
            let Ok(value) = HeaderValue::from_bytes(&[begin, noise].concat()) else {
                return;
            };
            let mut shown = Credentials::default();
            *if *as_key {
                &mut shown.api_key
            } else {
                &mut shown.authorization
            } = Some(&value);
            is_refused(&auth, &shown);
        });
}

#[test]
fn any_header_and_claims_in_a_token_are_refused() {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    let auth = AssertUnwindSafe(auth());
    check!().with_type::<(u8, u8, Vec<u8>, Vec<u8>)>().for_each(
        |(head, body, noise, signature)| {
            let heads = [
                br#"{"alg":"EdDSA","kid":"k"}"#,
                &br#"{"alg":"EdDSA"}"#[..],
                br#"{"alg":"none"}"#,
                br#"{"alg":"HS256","kid":"k"}"#,
                noise,
            ];
            let bodies = [
                br#"{"iss":"https://as.example","sub":"a","aud":"us","exp":1900000000}"#,
                &br#"{"iss":"https://as.example"}"#[..],
                noise,
            ];
            let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
            let token = format!(
                "Bearer {}.{}.{}",
                part(heads[usize::from(*head) % heads.len()]),
                part(bodies[usize::from(*body) % bodies.len()]),
                part(signature),
            );
            let value = HeaderValue::try_from(token).expect("ASCII");
            let shown = Credentials {
                authorization: Some(&value),
                ..Credentials::default()
            };
            is_refused(&auth, &shown);
        },
    );
}

#[test]
fn key_files_and_key_sets_are_read_or_refused() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let _ = KeySet::read(bytes);
        let text = String::from_utf8_lossy(bytes);
        for text in [text.clone().into_owned(), format!("[[key]]\n{text}")] {
            if let Ok(records) = Record::read_all(&text) {
                let written: String = records.iter().map(Record::to_string).collect();
                assert_eq!(Record::read_all(&written).as_ref(), Ok(&records));
            }
        }
    });
}
