//! Server CPU a call at 1, 16 and 64 connections, in rounds that go from server to server.

use crate::Fault;
use crate::client::{Client, Front};
use crate::load::{Until, calls};
use crate::proc::cpu_time;
use crate::report::{Table, dash, ratio};
use crate::rows::{Bench, Case, tell};
use crate::server::Server;
use crate::stats::{least, median, paired};
use crate::subject::Subject;
use crate::wire::Tool;

const CASES: [Case; 5] = [
    Case::new("modern JSON", Front::Modern, Tool::Echo, 1),
    Case::new(
        "modern JSON, 1 000 extra tools",
        Front::Modern,
        Tool::Echo,
        1000,
    ),
    Case::new(
        "modern JSON, schema beyond serde",
        Front::Modern,
        Tool::Checked,
        1,
    ),
    Case::new("legacy SSE", Front::Legacy, Tool::Echo, 1),
    Case::new(
        "legacy SSE, 1 000 extra tools",
        Front::Legacy,
        Tool::Echo,
        1000,
    ),
];
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Calls of each of 16 clients before the first round.
const WARM_UP: u64 = 200;

/// A server with the clients it serves, and what each round found.
struct Party {
    subject: Subject,
    server: Server,
    clients: Vec<Client>,
    micros: Vec<f64>,
    rates: Vec<f64>,
}

/// Measures every case at every number of connections.
///
/// # Errors
/// When a server fails.
pub async fn measure(bench: &Bench) -> Result<Vec<Table>, Fault> {
    let subjects = bench.options.subjects();
    let name = |subject: &Subject| format!("{} µs", subject.name());
    let mut table = Table::new(
        "Server CPU a call",
        "Microseconds of the server's CPU, user and system: middle [least] of the rounds. The ratios are to the axum \
         floor, the middle of those within a round; the rate is ours, on one core.",
        ["case, connections".to_owned()]
            .into_iter()
            .chain(subjects.iter().map(name))
            .chain(
                [
                    "tidegate ratio",
                    "rmcp ratio",
                    "tower-mcp ratio",
                    "hyper ratio",
                    "tidegate calls/s",
                ]
                .map(str::to_owned),
            ),
    );
    for case in CASES {
        for connections in CONNECTIONS {
            tell(&format!("cpu: {}, {connections} connections", case.name));
            let parties = rounds(bench, case, connections).await?;
            table.row(cells(case, connections, &parties));
        }
    }
    Ok(vec![table])
}

/// Runs all rounds of one case.
async fn rounds(bench: &Bench, case: Case, connections: usize) -> Result<Vec<Party>, Fault> {
    let mut parties = Vec::new();
    for &subject in bench.options.subjects() {
        parties.push(Party::open(bench, case, subject, connections).await?);
    }
    for _ in 0..bench.options.rounds {
        for party in &mut parties {
            party.round(case.tool, bench.options.time()).await?;
        }
    }
    for party in &mut parties {
        party.clients.clear();
    }
    Ok(parties)
}

fn cells(case: Case, connections: usize, parties: &[Party]) -> Vec<String> {
    let of = |subject| parties.iter().find(|party| party.subject == subject);
    let against_axum = |subject| {
        let floor = of(Subject::Axum)?;
        paired(&of(subject)?.micros, &floor.micros)
    };
    let figure = |party: &Party| match (median(party.micros.clone()), least(&party.micros)) {
        (Some(middle), Some(least)) => format!("{middle:.1} [{least:.1}]"),
        _ => dash(),
    };
    let rate = of(Subject::Tidegate).and_then(|party| median(party.rates.clone()));
    let mut cells = vec![format!("{}, {connections}", case.name)];
    cells.extend(parties.iter().map(figure));
    cells.extend(
        [
            Subject::Tidegate,
            Subject::Rmcp,
            Subject::TowerMcp,
            Subject::Hyper,
        ]
        .map(|subject| ratio(against_axum(subject))),
    );
    cells.push(rate.map_or_else(dash, crate::report::whole));
    cells
}

// === impl Party ===

impl Party {
    async fn open(
        bench: &Bench,
        case: Case,
        subject: Subject,
        connections: usize,
    ) -> Result<Self, Fault> {
        let server = bench.place.start(case.setup(subject))?;
        let warm = Client::open_many(server.addr(), subject, case.front, &bench.ids, 16).await?;
        calls(warm, case.tool, Until::Calls(WARM_UP)).await?;
        let clients =
            Client::open_many(server.addr(), subject, case.front, &bench.ids, connections).await?;
        Ok(Self {
            subject,
            server,
            clients,
            micros: Vec::new(),
            rates: Vec::new(),
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a run has far fewer than 2^52 calls"
    )]
    async fn round(&mut self, tool: Tool, time: std::time::Duration) -> Result<(), Fault> {
        let clients = std::mem::take(&mut self.clients);
        let before = cpu_time(self.server.pid())?;
        let (clients, done) = calls(clients, tool, Until::Time(time)).await?;
        let used = cpu_time(self.server.pid())? - before;
        self.clients = clients;
        self.micros.push(used.as_secs_f64() * 1e6 / done as f64);
        self.rates.push(done as f64 / time.as_secs_f64());
        Ok(())
    }
}
