//! The tutorial's client: calls the tool, and shows each notification the moment it arrives.
//!
//! ```text
//! process_items_client URL ITEM…     as in: process_items_client http://127.0.0.1:8080/mcp a.md b.md
//! ```
//!
//! Ctrl-C cancels the call.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{env, error::Error, pin::pin, time::Instant};

use serde_json::json;
use tidegate::{Client, client::Event};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let url = args.next().ok_or("say where the server listens")?;
    let items: Vec<String> = args.collect();

    let client = Client::connect(&url).await?;
    println!("connected, revision {}", client.server().revision);

    let begin = Instant::now();
    let mut call = client
        .call("process_items")
        .arguments(json!({ "items": items }))
        .start()
        .await?;
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        let event = tokio::select! {
            biased; // Ctrl-C is looked for first, and so from the very beginning
            _ = &mut interrupted => {
                call.cancel().await;
                println!("cancelled");
                return Ok(());
            }
            event = call.next() => event,
        };
        let at = begin.elapsed().as_secs_f64();
        match event {
            Some(Event::Log(log)) => println!("{at:6.3} s  {:8} {}", log.level, log.text()),
            Some(Event::Progress(step)) => {
                let total = step.total.unwrap_or_default();
                println!("{at:6.3} s  progress {}/{total}", step.progress);
            }
            Some(_) => {}  // what later revisions may tell
            None => break, // the result is there
        }
    }
    let result = call.result().await?;
    println!("RESULT: {}", result.text());
    client.close().await?;
    Ok(())
}
