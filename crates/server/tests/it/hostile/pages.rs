//! Pages of other sites in the browser of somebody who is known, and names that were made to point
//! here: refused whatever they show, before anybody asks who they are.

use super::attack::{Refused, Target, fronts};

#[tokio::test]
async fn no_page_of_another_site_comes_in_by_anothers_credentials() {
    let target = Target::start().await;
    let good = target.good().token();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", ""),
        ("origin", "http://localhost.evil.example"),
        ("origin", "http://127.0.0.1.evil.example"),
        ("origin", "https://evil.example#http://localhost"),
        ("origin", "http://localhost@evil.example"),
        ("origin", "file://"),
        ("origin", "chrome-extension://localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        // A name of the attacker's that points to this machine (DNS rebinding).
        ("host", "evil.example"),
        ("host", "localhost.evil.example:80"),
        ("host", "evil.example:127.0.0.1"),
        ("host", "127.0.0.1@evil.example"),
        ("host", "0.0.0.0"),
        ("host", "0x7f.1"),
        ("host", "[::ffff:127.0.0.1]"),
        ("host", ""),
    ] {
        for (front, request) in fronts() {
            let request = request.bearer(&good).header(name, value);
            let what = format!("{name}: {value:?}, {front}");
            target.refuses(&what, &request, Refused::FromThere).await;
        }
    }
    target.stands().await;
}
