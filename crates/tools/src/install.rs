//! Puts the tools on a router, each with what a client shows of it.

use std::time::Duration;

use tidegate_handler::{Context, Router, ToolSpec};

use crate::{
    Root,
    calculator::calculate,
    count::count,
    datasets::{StreamDataAnalysis, stream_data_analysis},
    documents::{ProcessFiles, process_files},
    echo::echo,
    search::{SCOPE, SecureDataStream, secure_data_stream},
    system::real_time_monitoring,
};

/// The longest that a tool which goes through files may take: a thousand large documents, or a
/// data set of some hundred gigabytes, and then something is wrong.
const LONG: Duration = Duration::from_secs(3600);

/// A session of the longest duration, and a minute for a reader that is slow.
const SESSION: Duration = Duration::from_secs(3600 + 60);

/// Adds the built-in tools to `router`; those for files read nothing outside `root`.
///
/// ```
/// use tidegate_handler::Router;
/// use tidegate_tools::{Root, install};
///
/// let root = Root::open(".")?;
/// let router = install(Router::new("files", "1.0.0"), root);
/// # let _ = router;
/// # std::io::Result::Ok(())
/// ```
#[must_use]
pub fn install(router: Router, root: Root) -> Router {
    let documents = root.clone();
    let process = move |args: ProcessFiles, cx: Context| process_files(documents.clone(), args, cx);
    let searched = root.clone();
    let search =
        move |args: SecureDataStream, cx: Context| secure_data_stream(searched.clone(), args, cx);
    let analyse =
        move |args: StreamDataAnalysis, cx: Context| stream_data_analysis(root.clone(), args, cx);
    router
        .tool(
            reading("process_files", "Process files").deadline(LONG),
            process,
        )
        .tool(
            reading("stream_data_analysis", "Analyse a data set").deadline(LONG),
            analyse,
        )
        .tool(
            // Not idempotent: what it finds is another thing every time.
            ToolSpec::new("real_time_monitoring")
                .title("Monitor this machine")
                .read_only()
                .deadline(SESSION),
            real_time_monitoring,
        )
        .tool(
            reading("secure_data_stream", "Find lines, if you may")
                .scopes([SCOPE])
                .deadline(LONG),
            search,
        )
        .tool(reading("calculate", "Calculator"), calculate)
        .tool(reading("echo", "Echo"), echo)
        .tool(reading("count", "Count").deadline(SESSION), count)
}

/// Begins the description of a tool that changes nothing and may be called again.
fn reading(name: &str, title: &str) -> ToolSpec {
    ToolSpec::new(name).title(title).read_only().idempotent()
}
