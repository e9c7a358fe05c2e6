//! Notifications from `count`: how many a second, what each costs the server, and when the first one comes.

use std::time::Instant;

use crate::Fault;
use crate::client::Client;
use crate::load::counts;
use crate::proc::cpu_time;
use crate::report::{Table, dash, ratio, whole};
use crate::rows::instructions::{Variant, variants};
use crate::rows::{Bench, tell};
use crate::server::Server;
use crate::stats::{least, median, paired};

/// How many calls at once, how many notifications each, and how often in a round; the last shape is there for the
/// time to the first notification, of which it takes many.
const SHAPES: [(usize, u32, usize); 3] = [(1, 10_000, 4), (64, 100, 4), (1, 100, 100)];

/// A way of streaming, and what each round found.
struct Party {
    variant: Variant,
    server: Server,
    clients: Vec<Client>,
    rates: Vec<f64>,
    micros: Vec<f64>,
    firsts: Vec<f64>,
}

/// Measures both shapes over all ways of streaming.
///
/// # Errors
/// When a notification is missing.
pub async fn measure(bench: &Bench) -> Result<Vec<Table>, Fault> {
    let mut table = Table::new(
        "Notifications",
        "Calls of `count` with a progress token; every notification's arrival, order and token are checked. The \
         ratios are to the batched axum floor: of CPU within a round, of the time to the first notification, middle \
         [least], between the least, which other work on the machine disturbs least.",
        [
            "calls × notifications, server",
            "notifications/s",
            "CPU µs each",
            "CPU ratio",
            "first after µs",
            "first ratio",
        ],
    );
    for (connections, n, times) in SHAPES {
        let mut parties = Vec::new();
        for variant in variants(bench) {
            parties.push(Party::open(bench, variant, connections).await?);
        }
        tell(&format!("notifications: {connections} × {n}"));
        for _ in 0..bench.options.rounds {
            for party in &mut parties {
                party.round(n, times).await?;
            }
        }
        let floor = parties.iter().find(|party| party.variant.is_floor());
        for party in &parties {
            table.row(party.cells(&format!("{connections} × {}", whole(f64::from(n))), floor));
        }
    }
    Ok(vec![table])
}

// === impl Party ===

impl Party {
    async fn open(bench: &Bench, variant: Variant, connections: usize) -> Result<Self, Fault> {
        let Variant { setup, front, .. } = variant;
        let server = bench.place.start(setup)?;
        let clients =
            Client::open_many(server.addr(), setup.subject, front, &bench.ids, connections).await?;
        let (clients, _) = counts(clients, 100).await?;
        Ok(Self {
            variant,
            server,
            clients,
            rates: Vec::new(),
            micros: Vec::new(),
            firsts: Vec::new(),
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a run has far fewer than 2^52 notifications"
    )]
    async fn round(&mut self, n: u32, times: usize) -> Result<(), Fault> {
        let mut firsts = Vec::new();
        let sent = self.clients.len() as f64 * f64::from(n) * times as f64;
        let (start, before) = (Instant::now(), cpu_time(self.server.pid())?);
        for _ in 0..times {
            let (clients, counted) = counts(std::mem::take(&mut self.clients), n).await?;
            self.clients = clients;
            firsts.extend(
                counted
                    .iter()
                    .map(|counted| counted.first.as_secs_f64() * 1e6),
            );
        }
        let used = cpu_time(self.server.pid())? - before;
        self.rates.push(sent / start.elapsed().as_secs_f64());
        self.micros.push(used.as_secs_f64() * 1e6 / sent);
        self.firsts.append(&mut firsts);
        Ok(())
    }

    fn cells(&self, shape: &str, floor: Option<&Self>) -> [String; 6] {
        let middle = |values: &[f64]| median(values.to_vec());
        let micros = |value: Option<f64>| value.map_or_else(dash, |value| format!("{value:.2}"));
        let first = middle(&self.firsts).zip(least(&self.firsts));
        let firsts = least(&self.firsts).zip(floor.and_then(|floor| least(&floor.firsts)));
        [
            format!("{shape}, {}", self.variant.name),
            middle(&self.rates).map_or_else(dash, whole),
            micros(middle(&self.micros)),
            ratio(floor.and_then(|floor| paired(&self.micros, &floor.micros))),
            first.map_or_else(dash, |(middle, least)| format!("{middle:.0} [{least:.0}]")),
            ratio(firsts.map(|(first, floor)| first / floor)),
        ]
    }
}
