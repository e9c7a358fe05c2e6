//! What the official conformance suite asks of a server and of a client, written with the public
//! API alone.
//!
//! The suite names the tools, resources and prompts, and says what each has to answer; nothing
//! here is for use. [`router`] has them all, and the program `conformance-server` serves it. It
//! names what a client has to do, too: [`scenarios`] has that, for the program
//! `conformance-client`.

mod media;
mod prompts;
mod resources;
pub mod scenarios;
mod skills;
mod tools;

use tidegate::{Live, Router};

/// Returns everything that the suite asks for, in a router that some of its own tools change.
///
/// # Panics
///
/// When two fixtures have one name, which the test below rules out.
#[must_use]
pub fn router() -> Live {
    let router = Router::new("tidegate-conformance", env!("CARGO_PKG_VERSION"))
        .title("Tidegate conformance server")
        .instructions("Fixtures of the official conformance suite; nothing here is for use.");
    let router = prompts::install(resources::install(tools::install(router)));
    let live = Live::new(skills::install(router));
    live.change(|router| tools::changes::install(router, &live))
        .expect("every fixture has a name of its own");
    live
}

#[cfg(test)]
mod tests {
    use tidegate::Handler as _;

    use super::router;

    #[test]
    fn all_fixtures_can_be_served() {
        assert_eq!(router().problems(), <[String; 0]>::default());
    }
}
