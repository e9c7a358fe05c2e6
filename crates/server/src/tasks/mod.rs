//! Calls that go on after they were answered (the extension `io.modelcontextprotocol/tasks`).
//!
//! ```text
//!   tools/call ──▶ Seed::turn ──create──▶ store ◀──get, update── tasks/get, update, cancel
//!        ◀── Outcome::Task ──┘              ▲ │
//!                   Runner: polls the work ─┘ └─ answers, cancellations ──▶ Runner
//! ```

mod desk;
mod turn;
mod runner;
mod answer;
mod follow;

pub(crate) use self::{
    answer::{answer, is_about_tasks},
    desk::Tasks,
    follow::{Followed, follow},
    turn::{Seed, admit},
};
