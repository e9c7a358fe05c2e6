use tidegate_model::Raw;

use super::*;

fn record() -> Record {
    Record::new(b"", Some(1000), None, 0).expect("entropy")
}

fn result(size: usize) -> Raw {
    Raw::of(&"x".repeat(size)).expect("JSON")
}

#[tokio::test]
async fn a_full_store_refuses_and_forgets_what_expired() {
    let store = MemoryTasks::new(MemoryLimits {
        records: 2,
        ..MemoryLimits::default()
    });
    for _ in 0..2 {
        store.create(record(), 0).await.expect("room");
    }
    let full = store.create(record(), 999).await.expect_err("full");
    assert!(full.is_full());
    store.create(record(), 1000).await.expect("room again");
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn a_full_store_gives_up_what_ended_long_ago_and_nothing_that_runs() {
    const LATER: u64 = 10 + MemoryTasks::KEEP_ENDED;

    let store = MemoryTasks::new(MemoryLimits {
        records: 2,
        ..MemoryLimits::default()
    });
    let lasting = || Record::new(b"", None, None, 0).expect("entropy");
    let running = lasting();
    let mut ended = lasting();
    store.create(running.clone(), 0).await.expect("room");
    let seen = store.create(ended.clone(), 0).await.expect("room");
    ended.finish(Ok(result(1)), None, 10);
    store.update(ended.clone(), seen, 10).await.expect("done");
    let early = store.create(lasting(), LATER - 1).await;
    assert!(early.expect_err("its client may still ask").is_full());
    store.create(lasting(), LATER).await.expect("room");
    let found = store.get(running.place(), LATER).await.expect("answers");
    assert!(found.is_some());
    let gone = store.get(ended.place(), LATER).await.expect("answers");
    assert!(gone.is_none());
}

#[tokio::test]
async fn bytes_are_counted_and_given_back() {
    let store = MemoryTasks::new(MemoryLimits {
        bytes: 20_000,
        ..MemoryLimits::default()
    });
    let mut one = record();
    let two = record();
    let seen = store.create(one.clone(), 0).await.expect("room");
    store.create(two.clone(), 0).await.expect("room");
    one.finish(Ok(result(30_000)), None, 1);
    let full = store.update(one.clone(), seen, 1).await.expect_err("full");
    assert!(full.is_full());
    one.finish(Err(result(100)), None, 1);
    let ended = store.update(one.clone(), seen, 1).await.expect("fits");
    assert_eq!(ended, Updated::Done(seen + 1));
    assert!(store.remove(one.place()).await.expect("there"));
    store.expire(1000).await.expect("expires");
    assert_eq!(store.table.lock().bytes, 0);
    assert!(store.is_empty());
}
