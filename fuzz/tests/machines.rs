//! State machines, by any list of operations, against simple models of them.

use std::{
    collections::{BTreeSet, HashMap},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bolero::{TypeGenerator, check};
use tidegate_era::Revision;
use tidegate_model::{Change, Level, Raw, ask::InputKind, ask::InputRequest};
use tidegate_session::{Asks, Bulletin, Lane, Limits, Owner, Push, Table, Ticket, Watched};

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum OnTable {
    Enter(u8),
    Level(u8),
    End(u8),
    Later(u8),
    Expire { busy: Option<u8> },
}

/// A session that was let in was not ended, and one that was ended never comes back.
#[test]
fn the_table_of_sessions() {
    const SESSIONS: usize = 4;

    let limits = Limits {
        lifetime: 500,
        idle: 60,
        states: 2,
        states_of_one: 1,
        subscriptions: 2,
        subscription_bytes: usize::MAX,
        ended: 3,
    };
    check!().with_type::<Vec<OnTable>>().for_each(|operations| {
        let mut table = Table::new(limits);
        let tickets: Vec<Ticket> = (0..SESSIONS)
            .map(|which| Ticket {
                owner: (which % 2 == 0).then_some(Owner(0)),
                ..Ticket::new(Revision::V2025_11_25, 0).expect("entropy")
            })
            .collect();
        let mut over = [false; SESSIONS];
        let mut now = 0;
        for operation in operations {
            match operation {
                OnTable::Enter(which) => {
                    let which = usize::from(*which) % SESSIONS;
                    let entered = table.enter(&tickets[which], now);
                    assert!(entered.is_err() || !over[which], "{which} came back");
                    over[which] |= entered.is_err();
                }
                OnTable::Level(which) => {
                    let which = usize::from(*which) % SESSIONS;
                    if table.enter(&tickets[which], now).is_ok()
                        && table.set_level(&tickets[which], Level::Debug, now).is_ok()
                    {
                        assert_eq!(table.enter(&tickets[which], now), Ok(Some(Level::Debug)));
                    }
                }
                OnTable::End(which) => {
                    let which = usize::from(*which) % SESSIONS;
                    over[which] |= table.end(&tickets[which]).is_ok();
                }
                OnTable::Later(by) => now += u64::from(*by),
                OnTable::Expire { busy } => {
                    let busy = busy.map(|which| tickets[usize::from(which) % SESSIONS].key);
                    table.expire(now, |key| Some(*key) == busy);
                }
            }
            let (states, ended) = table.len();
            assert!(states <= limits.states && ended <= limits.ended);
        }
    });
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum OnBulletin {
    Tools,
    Prompts,
    Resource(u8),
    Look(u8),
}

/// A listener hears of a change after it happened, at its next look, and once.
#[test]
fn the_bulletin() {
    const LISTENERS: usize = 3;

    check!()
        .with_type::<Vec<OnBulletin>>()
        .for_each(|operations| {
            let bulletin = Bulletin::new(1000);
            let watched = Watched {
                tools: true,
                uris: std::sync::Arc::new(["0".to_owned(), "1".to_owned()].into()),
                ..Watched::default()
            };
            let mut seen = [bulletin.version(); LISTENERS];
            let mut missed: [BTreeSet<String>; LISTENERS] = Default::default();
            for operation in operations {
                let mut tell = |change: Change, watched: bool| {
                    for missed in missed.iter_mut().filter(|_| watched) {
                        missed.insert(format!("{change:?}"));
                    }
                    bulletin.tell(change);
                };
                match operation {
                    OnBulletin::Tools => tell(Change::Tools, true),
                    OnBulletin::Prompts => tell(Change::Prompts, false),
                    OnBulletin::Resource(uri) => {
                        let uri = uri % 4;
                        tell(Change::Resource(uri.to_string()), uri < 2);
                    }
                    OnBulletin::Look(who) => {
                        let who = usize::from(*who) % LISTENERS;
                        let until = bulletin.version();
                        let news = bulletin.between(seen[who], until, &watched);
                        seen[who] = until;
                        let heard: BTreeSet<String> = news
                            .iter()
                            .map(|news| format!("{:?}", news.change))
                            .collect();
                        assert_eq!(heard.len(), news.len(), "each once");
                        assert_eq!(heard, std::mem::take(&mut missed[who]));
                    }
                }
            }
        });
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum OnAsks {
    Poll(u8),
    Take,
    Answer(u8),
    Withdraw(u8),
}

/// A question is sent once while it is open, and its answer stays.
#[test]
fn the_questions_of_a_call() {
    check!().with_type::<Vec<OnAsks>>().for_each(|operations| {
        let asks = Asks::new();
        let cx = Context::from_waker(Waker::noop());
        let request = InputRequest {
            method: InputKind::Roots,
            params: serde_json::Value::Null,
        };
        // Keys that are open, and whether the front has seen them; keys that are answered.
        let mut open: HashMap<String, bool> = HashMap::new();
        let mut answered: BTreeSet<String> = BTreeSet::new();
        let key = |number: &u8| (number % 5).to_string();
        for operation in operations {
            match operation {
                OnAsks::Poll(number) => {
                    let key = key(number);
                    let polled = asks.poll(&cx, &key, &request);
                    assert_eq!(
                        matches!(polled, Poll::Ready(Ok(_))),
                        answered.contains(&key)
                    );
                    if polled.is_pending() {
                        open.entry(key).or_insert(false);
                    }
                }
                OnAsks::Take => {
                    let taken: BTreeSet<String> =
                        asks.take_new().into_iter().map(|ask| ask.key).collect();
                    let mut new = BTreeSet::new();
                    for (key, seen) in &mut open {
                        if !std::mem::replace(seen, true) {
                            new.insert(key.clone());
                        }
                    }
                    assert_eq!(taken, new);
                }
                OnAsks::Answer(number) => {
                    let key = key(number);
                    let took = asks.answer(&key, Ok(Raw::empty_object()));
                    assert_eq!(took, open.remove(&key).is_some());
                    if took {
                        answered.insert(key);
                    }
                }
                OnAsks::Withdraw(number) => {
                    let key = key(number);
                    asks.withdraw(&key);
                    open.remove(&key);
                }
            }
            assert_eq!(asks.open().len(), open.len());
        }
    });
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum OnLane {
    Push(u8),
    PushNow,
    Drain,
    Later,
    Detach,
}

/// Frames come out in order, each once, until nobody reads any more.
#[test]
fn the_lane_of_a_call() {
    check!().with_type::<Vec<OnLane>>().for_each(|operations| {
        let lane = Lane::new();
        let cx = Context::from_waker(Waker::noop());
        let mut now = Instant::now();
        let mut written: Vec<u8> = Vec::new();
        let mut read: Vec<u8> = Vec::new();
        let mut detached = false;
        let mut next: u8 = 0;
        for operation in operations {
            match operation {
                OnLane::Push(size) => {
                    let frame = vec![next; usize::from(*size) * 16 + 1];
                    let mut push = Push::default();
                    let polled = lane.poll_push(&cx, now, &mut push, None, |out| {
                        out.extend_from_slice(&frame);
                    });
                    if push == Push::Written {
                        written.extend_from_slice(&frame);
                        next = next.wrapping_add(1);
                        let again = lane.poll_push(&cx, now, &mut push, None, |_| {
                            panic!("written twice");
                        });
                        assert!(again.is_ready());
                    }
                    assert!(polled.is_pending() || detached || push == Push::Written);
                }
                OnLane::PushNow => lane.push_now(|out| {
                    out.push(next);
                    written.push(next);
                }),
                OnLane::Drain => read.extend(lane.drain(now).frames),
                OnLane::Later => now += Duration::from_millis(3),
                OnLane::Detach => {
                    lane.detach();
                    detached = true;
                }
            }
            if !detached {
                assert!(written.starts_with(&read));
            }
        }
        if !detached {
            read.extend(lane.drain(now).frames);
            assert_eq!(read, written);
        }
    });
}
