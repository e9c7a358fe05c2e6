//! Whole programs, as processes, against each other: what the tests of this crate are written with.
//!
//! ```text
//! let documents = Documents::twelve();
//! let server = tidegate_serving(&documents);
//! typescript_2_client().modern().calls(&server, "process_files", "{}").sees_every_one_of(&documents);
//! ```
//!
//! A helper that cannot go on panics with all that the program said: it runs inside tests alone.

mod browser;
mod clients;
mod cutting;
mod devtools;
mod documents;
mod elsewhere;
mod guarded;
mod oidc;
mod ours;
mod page;
mod process;
mod programs;
mod servers;
mod transcript;

pub use browser::page_reports;
pub use clients::{
    OfficialClient, TidegateClient, python_1_client, python_2_client, rmcp_sse_client,
    tidegate_client, typescript_1_client, typescript_2_client,
};
pub use cutting::{Cutting, cutting_at};
pub use devtools::evaluated_at;
pub use documents::Documents;
pub use elsewhere::Elsewhere;
pub use guarded::{Guarded, TokenCheck, guarded_by};
pub use oidc::{AuthorizationServer, TokenFormat, User, browses, oidc_provider};
pub use ours::{AskedClient, AskingServer, asking_server};
pub use page::{Page, Step};
pub use process::{Endpoint, Finished, Front, Serving, Started, tidegate};
pub use programs::{
    Bridge, EverythingFront, Inspector, everything_serving, everything_to_start, inspector,
    mcp_remote_to,
};
pub use servers::{
    OldFront, RmcpMode, TypescriptMode, python_1_serving, python_1_serving_over, python_1_to_start,
    python_2_serving, rmcp_serving, tidegate_serving, tidegate_serving_sse, tidegate_serving_tls,
    tidegate_serving_to_pages, tidegate_to_start, typescript_1_serving, typescript_2_serving,
};
pub use transcript::{Event, Transcript};
