//! Whole programs, as processes, against each other: what the tests of this crate are written with.
//!
//! ```text
//! let documents = Documents::twelve();
//! let server = tidegate_serving(&documents);
//! typescript_client().modern().processes_files(&server).sees_every_one_of(&documents);
//! ```
//!
//! A helper that cannot go on panics with all that the program said: it runs inside tests alone.

mod clients;
mod documents;
mod process;
mod servers;
mod transcript;

pub use clients::{
    PythonClient, TidegateClient, TypescriptClient, python_client, tidegate_client,
    typescript_client,
};
pub use documents::Documents;
pub use process::{Finished, Serving, tidegate};
pub use servers::{RmcpMode, TypescriptMode, rmcp_serving, tidegate_serving, typescript_serving};
pub use transcript::{Event, Transcript};
