//! The stores that keep the contract.

use std::sync::Arc;

use tidegate_store::{MemoryTasks, contract};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_keeps_the_contract() {
    contract::tasks(|| async { MemoryTasks::default() }).await;
}

#[tokio::test]
async fn memory_keeps_it_on_one_thread() {
    contract::tasks(|| async { MemoryTasks::default() }).await;
}

#[tokio::test]
async fn memory_outlives_its_handles() {
    let store = Arc::new(MemoryTasks::default());
    contract::tasks_survive(|| async { Arc::clone(&store) }).await;
}
