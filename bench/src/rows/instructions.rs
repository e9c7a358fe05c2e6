//! User-space instructions a call and a notification.

use tidegate_bench_common::{Shows, Stream};

use crate::Fault;
use crate::callgrind::{Work, instructions};
use crate::client::Front;
use crate::report::{Table, dash, ratio, whole};
use crate::rows::{Bench, Case, setup, tell};
use crate::subject::{Setup, Subject};
use crate::wire::Tool;

const CASES: [Case; 10] = [
    Case::new("modern JSON, 1 extra tool", Front::Modern, Tool::Echo, 1),
    Case::new("modern JSON, 50 extra tools", Front::Modern, Tool::Echo, 50),
    Case::new(
        "modern JSON, 1 000 extra tools",
        Front::Modern,
        Tool::Echo,
        1000,
    ),
    Case::new(
        "modern JSON, schema beyond serde, 1",
        Front::Modern,
        Tool::Checked,
        1,
    ),
    Case::new(
        "modern JSON, schema beyond serde, 1 000",
        Front::Modern,
        Tool::Checked,
        1000,
    ),
    Case::new("legacy SSE, 1 extra tool", Front::Legacy, Tool::Echo, 1),
    Case::new("legacy SSE, 50 extra tools", Front::Legacy, Tool::Echo, 50),
    Case::new(
        "legacy SSE, 1 000 extra tools",
        Front::Legacy,
        Tool::Echo,
        1000,
    ),
    Case::new(
        "legacy SSE, schema beyond serde, 1",
        Front::Legacy,
        Tool::Checked,
        1,
    ),
    Case::new(
        "legacy SSE, schema beyond serde, 1 000",
        Front::Legacy,
        Tool::Checked,
        1000,
    ),
];

/// Measures calls and notifications.
///
/// # Errors
/// When a server fails.
pub async fn measure(bench: &Bench) -> Result<Vec<Table>, Fault> {
    let mut tables = vec![calls(bench).await?, notifications(bench).await?];
    if bench.options.subjects().contains(&Subject::Tidegate) {
        tables.push(resumable(bench).await?);
        tables.push(guarded(bench).await?);
    }
    Ok(tables)
}

/// Measures what it costs our server that a legacy call's stream can be resumed.
async fn resumable(bench: &Bench) -> Result<Table, Fault> {
    let mut table = Table::new(
        "Instructions a resumable call",
        "User-space, callgrind, difference of 2 000 and 1 000 legacy calls that send so many notifications each, with \
         the replay log on and off.",
        ["notifications a call", "log on", "log off", "ratio"],
    );
    let setup = setup(Subject::Tidegate, Front::Legacy);
    for n in [1, 10] {
        tell(&format!("instructions a resumable call: {n} notifications"));
        let work = Work::Counting(n);
        let on = instructions(&bench.place, setup, Front::Legacy, work).await?;
        let off = setup.without_replay();
        let off = instructions(&bench.place, off, Front::Legacy, work).await?;
        table.row([n.to_string(), whole(on), whole(off), ratio(Some(on / off))]);
    }
    Ok(table)
}

/// Measures what it costs our server to know its callers.
async fn guarded(bench: &Bench) -> Result<Table, Fault> {
    let mut table = Table::new(
        "Instructions a call of a known caller",
        "User-space, callgrind, difference of 2 000 and 1 000 modern calls with JSON answers, whose caller shows \
         something with each.",
        ["shows", "instructions a call", "ratio"],
    );
    let plain = setup(Subject::Tidegate, Front::Modern);
    let mut nothing = None;
    for (name, shows) in [
        ("nothing", Shows::Nothing),
        ("an API key", Shows::Key),
        ("a signed token", Shows::Token),
    ] {
        tell(&format!("instructions a call of a known caller: {name}"));
        let setup = plain.with_guard(shows);
        let work = Work::Calls(Tool::Echo);
        let value = instructions(&bench.place, setup, Front::Modern, work).await?;
        let floor = *nothing.get_or_insert(value);
        table.row([name.to_owned(), whole(value), ratio(Some(value / floor))]);
    }
    Ok(table)
}

/// Measures every case on every server.
async fn calls(bench: &Bench) -> Result<Table, Fault> {
    let subjects = bench.options.subjects();
    let columns = ["instructions a call"]
        .into_iter()
        .chain(subjects.iter().map(|subject| subject.name()));
    let mut table = Table::new(
        "Instructions a call",
        "User-space, callgrind, difference of 2 000 and 1 000 calls on one connection. The floors have no tools list: \
         their figure stands for every length. The ratios are to the axum floor.",
        columns.chain(["tidegate ratio", "rmcp ratio", "tower-mcp ratio"]),
    );
    let mut floors: Vec<(Front, Tool, Subject, f64)> = Vec::new();
    for case in CASES {
        let mut found: Vec<(Subject, f64)> = Vec::new();
        for &subject in subjects {
            let key = (case.front, case.tool, subject);
            let known = floors
                .iter()
                .find(|(front, tool, floor, _)| (*front, *tool, *floor) == key);
            let value = match known {
                Some((.., value)) => *value,
                None => {
                    tell(&format!("instructions: {}: {}", case.name, subject.name()));
                    let work = Work::Calls(case.tool);
                    instructions(&bench.place, case.setup(subject), case.front, work).await?
                }
            };
            if known.is_none() && !subject.keeps_sessions() {
                floors.push((case.front, case.tool, subject, value));
            }
            found.push((subject, value));
        }
        let of = |subject| {
            found
                .iter()
                .find(|(found, _)| *found == subject)
                .map(|(_, value)| *value)
        };
        let ratios = [Subject::Tidegate, Subject::Rmcp, Subject::TowerMcp]
            .map(|subject| ratio(of(subject).zip(of(Subject::Axum)).map(|(a, b)| a / b)));
        let values = found.iter().map(|(_, value)| whole(*value));
        table.row(
            [case.name.to_owned()]
                .into_iter()
                .chain(values)
                .chain(ratios),
        );
    }
    Ok(table)
}

/// Measures one long counting call on every server that has one.
async fn notifications(bench: &Bench) -> Result<Table, Fault> {
    let mut table = Table::new(
        "Instructions a notification",
        "User-space, callgrind, difference of count(2 000) and count(1 000) with a progress token. The ratios are to \
         the axum floor that hands on all that is ready in one frame. tower-mcp sends none on the stream of a \
         legacy call.",
        ["server", "instructions a notification", "ratio"],
    );
    let mut floor = None;
    for variant in variants(bench) {
        tell(&format!("instructions a notification: {}", variant.name));
        let value = instructions(
            &bench.place,
            variant.setup,
            variant.front,
            Work::Notifications,
        )
        .await?;
        if variant.is_floor() {
            floor = Some(value);
        }
        table.row([
            variant.name.to_owned(),
            whole(value),
            floor.map_or_else(dash, |floor| ratio(Some(value / floor))),
        ]);
    }
    Ok(table)
}

/// One way in which one server streams notifications.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name in the tables.
    pub name: &'static str,
    /// How the server is run.
    pub setup: Setup,
    /// How it is spoken to.
    pub front: Front,
}

// === impl Variant ===

impl Variant {
    /// Whether the others are compared with it.
    #[must_use]
    pub fn is_floor(&self) -> bool {
        self.setup.subject == Subject::Axum && self.setup.stream == Stream::Batch
    }
}

/// Returns the ways of streaming that this run compares, the floor first.
#[must_use]
pub fn variants(bench: &Bench) -> Vec<Variant> {
    let of = |name, subject, front| Variant {
        name,
        setup: setup(subject, front),
        front,
    };
    let batch = of("axum floor, batched", Subject::Axum, Front::Modern);
    let mut single = of("axum floor, a frame each", Subject::Axum, Front::Modern);
    single.setup.stream = Stream::Channel;
    let all = [
        batch,
        single,
        of("tidegate, modern", Subject::Tidegate, Front::Modern),
        of("tidegate, legacy", Subject::Tidegate, Front::Legacy),
        of("rmcp, modern", Subject::Rmcp, Front::Modern),
        of("rmcp, legacy", Subject::Rmcp, Front::Legacy),
        // In a session it sends none on the call's own stream.
        of("tower-mcp, modern", Subject::TowerMcp, Front::Modern),
    ];
    all.into_iter()
        .filter(|variant| bench.options.subjects().contains(&variant.setup.subject))
        .collect()
}
