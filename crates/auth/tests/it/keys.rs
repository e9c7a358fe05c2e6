//! Keys, the one token and certificates, as requests show them.

use http::HeaderValue;
use secrecy::ExposeSecret as _;
use tidegate_auth::{
    Admitted, Auth, Authenticate, Certificates, Credentials, Hierarchy, Key, Refusal, Scopes,
    Verdict,
};

fn shown(auth: &Auth, credentials: &Credentials<'_>, now: u64) -> Result<Admitted, Refusal> {
    match auth.authenticate(credentials, now) {
        Verdict::Known(admitted) => Ok(admitted),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Later(_) => panic!("there is nothing to wait for"),
    }
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

#[test]
fn a_key_is_shown_in_either_header_and_goes_with_its_file() {
    let key = Key::generate("ci", &["admin".to_owned()], Some(100), 10).unwrap();
    let secret = key.secret.expose_secret();
    let auth = Auth::builder()
        .keys(key.record.to_string())
        .token("0123456789abcdef", Some(Scopes::read("all")))
        .hierarchy(Hierarchy::new([("admin", ["read"])]).unwrap())
        .build()
        .unwrap();
    let (bearer, plain) = (header(&format!("Bearer {secret}")), header(secret));
    let by_bearer = Credentials {
        authorization: Some(&bearer),
        ..Credentials::default()
    };
    let by_header = Credentials {
        api_key: Some(&plain),
        ..Credentials::default()
    };
    for credentials in [&by_bearer, &by_header] {
        let known = shown(&auth, credentials, 50).unwrap();
        assert_eq!(known.principal.name(), "ci");
        assert_eq!(known.principal.scopes().to_string(), "admin read");
        assert_eq!(
            shown(&auth, credentials, 100).unwrap_err(),
            Refusal::Invalid("the key has expired")
        );
    }
    let token = header("0123456789abcdef");
    let by_token = Credentials {
        api_key: Some(&token),
        ..Credentials::default()
    };
    assert_eq!(
        shown(&auth, &by_token, 1 << 40).unwrap().principal.name(),
        "token"
    );

    let before = auth.generation();
    auth.keys().unwrap().reload("").unwrap();
    assert_ne!(auth.generation(), before);
    assert!(shown(&auth, &by_bearer, 50).is_err());
}

#[test]
fn a_certificate_is_known_if_it_is_named_and_a_token_goes_first() {
    let certificates = Certificates::new()
        .known(&"11".repeat(32), "ann", &[])
        .unwrap();
    let auth = Auth::builder()
        .certificates(certificates)
        .token("0123456789abcdef", None)
        .build()
        .unwrap();
    let with = |authorization, certificate| Credentials {
        authorization,
        certificate: Some(certificate),
        ..Credentials::default()
    };
    let (good, bad) = (
        header("Bearer 0123456789abcdef"),
        header("Bearer 0123456789abcdeF"),
    );
    let name =
        |credentials| shown(&auth, &credentials, 0).map(|known| known.principal.name().to_owned());
    assert_eq!(name(with(None, &[0x11; 32])), Ok("ann".to_owned()));
    assert_eq!(name(with(None, &[0x12; 32])), Err(Refusal::Missing));
    assert_eq!(name(with(Some(&good), &[0x12; 32])), Ok("token".to_owned()));
    assert!(matches!(
        name(with(Some(&bad), &[0x11; 32])),
        Err(Refusal::Invalid(_))
    ));
    assert_eq!(name(Credentials::default()), Err(Refusal::Missing));
}
