//! Where a user's browser comes back to after a login: an address of this machine, open as long as the
//! login takes (RFC 8252 §7.3).

use std::{net::Ipv4Addr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

use crate::error::Error;

/// An address that is waited at.
pub(crate) struct Redirect {
    listener: TcpListener,
    uri: String,
}

/// What to say to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// It was the user, coming back.
    Done,
    /// It was the user, and something is wrong.
    Failed,
    /// It was somebody else, or something else.
    Stranger,
}

/// A browser that came, and what it brought.
struct Visit {
    stream: TcpStream,
    query: Option<String>,
}

/// The path, which no page that guesses ports can do anything with but lose its own time.
const PATH: &str = "/callback";

/// How long a head may be. Codes have a few hundred bytes, browsers' cookies for this host some thousand.
const LONGEST: usize = 32 * 1024;

/// How long a browser may take to say what it wants: it is on the same machine.
const WITHIN: Duration = Duration::from_secs(5);

/// How many connections are open at once: a browser opens some to spare.
const MOST: usize = 16;

// === impl Redirect ===

impl Redirect {
    /// Opens the address; port 0 is any that is free.
    pub(crate) async fn open(port: u16) -> Result<Self, Error> {
        let failed = |error: std::io::Error| {
            Error::auth("no port can be opened on 127.0.0.1 for the browser to come back to")
                .because(error)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self {
            listener,
            uri: format!("http://127.0.0.1:{port}{PATH}"),
        })
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// Waits for the browser that `judge` takes, by the query it brings, and returns what came of it.
    pub(crate) async fn wait<T>(self, mut judge: impl FnMut(&str) -> (Page, Option<T>)) -> T {
        let (came, mut visits) = mpsc::channel::<Visit>(MOST);
        let accept = async {
            let open = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST));
            loop {
                let Ok(permit) = open.clone().acquire_owned().await else {
                    return;
                };
                let Ok((stream, _)) = self.listener.accept().await else {
                    // Out of files for a moment.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let came = came.clone();
                tokio::spawn(async move {
                    if let Ok(Some(visit)) = timeout(WITHIN, Visit::read(stream)).await {
                        let _ = came.send(visit).await;
                    }
                    drop(permit);
                });
            }
        };
        let found = async {
            while let Some(visit) = visits.recv().await {
                let (page, found) = match &visit.query {
                    Some(query) => judge(query),
                    None => (Page::Stranger, None),
                };
                // A browser that does not read its page has no say in the login.
                let _ = timeout(WITHIN, visit.answer(page)).await;
                if let Some(found) = found {
                    return found;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            found = found => found,
            () = accept => std::future::pending().await,
        }
    }
}

// === impl Visit ===

impl Visit {
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut some = [0; 2048];
            let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
            if head.len() + read > LONGEST {
                return None;
            }
            head.extend_from_slice(&some[..read]);
        }
        let line = head.split(|byte| *byte == b'\r').next()?;
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let is_callback = method == "GET" && path == PATH;
        Some(Self {
            stream,
            query: is_callback.then(|| query.to_owned()),
        })
    }

    async fn answer(mut self, page: Page) -> std::io::Result<()> {
        let (status, words) = match page {
            Page::Done => ("200 OK", "You have logged in. This window can be closed."),
            Page::Failed => (
                "400 Bad Request",
                "The login did not succeed. The program that opened this window says why.",
            ),
            Page::Stranger => ("404 Not Found", "There is nothing here."),
        };
        let body = format!(
            "<!doctype html><meta charset=utf-8><title>Tidegate</title>\
             <body style=\"font:1.2rem sans-serif;margin:4rem\"><p>{words}</p>"
        );
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n\
             content-length: {}\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
             x-content-type-options: nosniff\r\n\
             content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body.as_bytes()).await?;
        self.stream.shutdown().await
    }
}
