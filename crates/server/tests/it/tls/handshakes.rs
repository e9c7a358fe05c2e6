//! Peers that do not come to the end of a handshake.

use std::time::{Duration, Instant};

use tidegate_server::{Config, Tls};
use tidegate_testkit::{Run, Running, call};
use tokio::io::AsyncWriteExt;

use super::{authority::Authority, caller::Caller};
use crate::faults::tools::{echo, say};

const SHORT: Duration = Duration::from_secs(1);

async fn serving(authority: &Authority, config: Config) -> Running {
    let own = authority.server();
    let mut tls = Tls::pem(own.certificate, own.key);
    tls.handshake_timeout = SHORT;
    let server = tidegate_testkit::server().tool("echo", echo);
    server.config(config).tls(tls).run().await
}

#[tokio::test]
async fn peers_that_dawdle_hold_nobody_up_and_are_let_go_of() {
    let authority = Authority::new("ours");
    let server = serving(&authority, Config::default()).await;
    let mut dawdling = Vec::new();
    for number in 0..60 {
        let mut connection = server.connect().await;
        // Some never say a word, others stop in the middle of the first one.
        if number % 2 == 0 {
            let begun = connection.write(&[22, 3, 1, 2, 0, 1, 0]).await;
            begun.expect("it reads");
        }
        dawdling.push(connection);
    }
    let begin = Instant::now();
    let caller = Caller::trusting(&authority);
    let answer = caller.open(&server).await.send(call("echo", say("hello")));
    assert_eq!(answer.await.status, 200);
    assert!(begin.elapsed() < SHORT, "it waited for those before it");
    for connection in dawdling {
        connection.ended().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn one_that_trickles_has_no_more_time() {
    let authority = Authority::new("ours");
    let server = serving(&authority, Config::default()).await;
    let mut socket = tokio::net::TcpStream::connect(server.addr())
        .await
        .expect("it listens");
    let begin = Instant::now();
    let record = [&[22, 3, 1, 2, 0, 1, 0, 1, 0xFC][..], &[0; 500]].concat();
    for byte in record {
        if socket.write_all(&[byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(begin.elapsed() < SHORT * 10, "{:?}", begin.elapsed());
    server.stop().await;
}

#[tokio::test]
async fn their_places_are_free_again() {
    let authority = Authority::new("ours");
    let config = Config {
        max_connections: 2,
        ..Config::default()
    };
    let server = serving(&authority, config).await;
    let _silent = [server.connect().await, server.connect().await];
    // It is accepted once they are let go of.
    let caller = Caller::trusting(&authority);
    let answer = caller.open(&server).await.send(call("echo", say("hello")));
    assert_eq!(answer.await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_no_handshake() {
    let authority = Authority::new("ours");
    let own = authority.server();
    let server = tidegate_testkit::server().tls(Tls::pem(own.certificate, own.key));
    let server = server.run().await;
    let silent = server.connect().await;
    // A second one gets through, so the first one is known to be accepted.
    let _open = Caller::trusting(&authority).connect(&server).await;
    let begin = Instant::now();
    server.stop().await;
    silent.ended().await;
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn noise_is_no_harm() {
    let authority = Authority::new("ours");
    let server = serving(&authority, Config::default()).await;
    for noise in [&[0; 300][..], &[22; 300], &[255, 3, 1], b"SSH-2.0-x\r\n"] {
        let mut connection = server.connect().await;
        connection.write(noise).await.expect("it reads");
    }
    let caller = Caller::trusting(&authority);
    let answer = caller.open(&server).await.send(call("echo", say("hello")));
    assert_eq!(answer.await.status, 200);
    server.stop().await;
}
