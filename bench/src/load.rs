//! The load: clients that call one after the other, all at once, until a time or a number.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Fault;
use crate::client::{Client, Counted};
use crate::wire::Tool;

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so many calls of each client.
    Calls(u64),
    /// After this time.
    Time(Duration),
}

/// Lets every client call `tool` until the end, and returns the clients with the number of calls made.
///
/// # Errors
/// When one answer is wrong.
pub async fn calls(
    clients: Vec<Client>,
    tool: Tool,
    until: Until,
) -> Result<(Vec<Client>, u64), Fault> {
    let start = Instant::now();
    let over = move |done: u64| match until {
        Until::Calls(calls) => done >= calls,
        Until::Time(time) => start.elapsed() >= time,
    };
    let mut tasks = JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let mut done = 0;
            while !over(done) {
                client.call(tool).await?;
                done += 1;
            }
            Ok::<_, Fault>((client, done))
        });
    }
    let (mut clients, mut total) = (Vec::new(), 0);
    while let Some(ended) = tasks.join_next().await {
        let (client, done) = ended??;
        clients.push(client);
        total += done;
    }
    Ok((clients, total))
}

/// Lets every client make one counting call, all at once.
///
/// # Errors
/// When one notification is missing.
pub async fn counts(clients: Vec<Client>, n: u32) -> Result<(Vec<Client>, Vec<Counted>), Fault> {
    let mut tasks = JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let counted = client.count(n).await?;
            Ok::<_, Fault>((client, counted))
        });
    }
    let (mut clients, mut counted) = (Vec::new(), Vec::new());
    while let Some(ended) = tasks.join_next().await {
        let (client, one) = ended??;
        clients.push(client);
        counted.push(one);
    }
    Ok((clients, counted))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::client::{FIRST_ID, Front, Ids};
    use crate::subject::Subject;

    /// Answers every request on every connection with what `answer` makes of its body.
    async fn server(answer: fn(&str) -> String) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let mut input = vec![0; 4096]; // a request comes in one write, and so in one read
                    while let Ok(n @ 1..) = socket.read(&mut input).await {
                        let request = String::from_utf8_lossy(&input[..n]).into_owned();
                        let body = answer(request.split_once("\r\n\r\n").unwrap().1);
                        let head =
                            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                        socket
                            .write_all(format!("{head}{body}").as_bytes())
                            .await
                            .unwrap();
                    }
                });
            }
        });
        addr
    }

    async fn run(answer: fn(&str) -> String) -> Result<u64, Fault> {
        let addr = server(answer).await;
        let clients = Client::open_many(addr, Subject::Axum, Front::Modern, &Ids::new(), 4).await?;
        let (clients, done) = calls(clients, Tool::Echo, Until::Calls(25)).await?;
        assert_eq!(clients.len(), 4);
        Ok(done)
    }

    #[tokio::test]
    async fn an_honest_server_is_counted() {
        let echo = |body: &str| {
            let call: serde_json::Value = serde_json::from_str(body).unwrap();
            let message = &call["params"]["arguments"]["message"];
            format!(
                r#"{{"id":{},"result":{{"content":[{{"type":"text","text":{message}}}]}}}}"#,
                call["id"]
            )
        };
        assert_eq!(run(echo).await.unwrap(), 100);
    }

    #[tokio::test]
    async fn a_cached_answer_ends_the_run() {
        let cached = |_: &str| {
            format!(r#"{{"id":{FIRST_ID},"result":{{"content":[{{"text":"m-{FIRST_ID}"}}]}}}}"#)
        };
        let fault = run(cached).await.unwrap_err();
        assert!(
            fault.to_string().contains("should have been answered"),
            "{fault}"
        );
    }
}
