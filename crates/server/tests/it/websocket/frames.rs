//! Frames that a server of messages does not take, each with the close that says so.

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, Running, server};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use super::client::Client;
use crate::faults::tools::echo;

/// How long a message may be, here.
const MOST: usize = 10_000;

async fn small() -> Running {
    let config = Config {
        max_body: MOST,
        ..Config::default()
    };
    server().tool("echo", echo).config(config).run().await
}

fn data(payload: Vec<u8>, kind: Data, last: bool) -> Message {
    Message::Frame(Frame::message(payload, OpCode::Data(kind), last))
}

#[tokio::test]
async fn what_is_no_message_closes_the_connection_with_its_reason() {
    let server = small().await;
    let long = "x".repeat(MOST + 1);
    let half = long.as_bytes()[..MOST / 2 + 1].to_vec();
    for (frames, code, word) in [
        (vec![Message::binary(b"{}".to_vec())], 1003, "text"),
        (vec![Message::text(long)], 1009, "long"),
        (
            vec![
                data(half.clone(), Data::Text, false),
                data(half, Data::Continue, true),
            ],
            1009,
            "long",
        ),
        (
            vec![data(vec![b'"', 0xff, b'"'], Data::Text, true)],
            1007,
            "UTF-8",
        ),
        (vec![data(vec![b'a'], Data::Continue, true)], 1002, "RFC"),
    ] {
        let mut client = Client::open(&server).await;
        client.still_works().await;
        for frame in frames {
            client.frame(frame).await;
        }
        let (closed, reason) = client.closed().await;
        assert_eq!(closed, code);
        assert!(reason.contains(word), "{reason}");
        Client::open(&server).await.still_works().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_long_message_that_is_still_coming_does_not_hide_why() {
    let server = small().await;
    let mut client = Client::open(&server).await;
    // The head of a frame of 8 MiB, and then all of it, masked with zeros.
    let mut head = vec![0x81, 0x80 | 127];
    head.extend((8_u64 << 20).to_be_bytes());
    head.extend([0; 4]);
    let (mut reader, mut writer) = tokio::io::split(client.socket.get_mut());
    writer.write_all(&head).await.expect("it reads");
    for _ in 0..8 * 16 {
        // The server may have closed its side; what it said has to be there all the same.
        if writer.write_all(&[b'x'; 64 << 10]).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 4];
    tokio::io::AsyncReadExt::read_exact(&mut reader, &mut answer)
        .await
        .expect("a close frame");
    assert_eq!(answer[0], 0x88);
    assert_eq!(u16::from_be_bytes([answer[2], answer[3]]), 1009);
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn messages_may_come_in_pieces_with_pings_between_them() {
    let server = small().await;
    let mut client = Client::open(&server).await;
    let message = tidegate_testkit::call("echo", json!({ "message": "in \u{1f30a} pieces" }));
    let bytes = message.message().to_string().into_bytes();
    for (number, byte) in bytes.iter().enumerate() {
        let kind = if number == 0 {
            Data::Text
        } else {
            Data::Continue
        };
        let last = number + 1 == bytes.len();
        client.frame(data(vec![*byte], kind, last)).await;
        if number % 50 == 0 {
            client.frame(Message::Ping(vec![1].into())).await;
        }
    }
    let (_, answer) = client.answer(1).await;
    let text = &answer["result"]["content"][0]["text"];
    assert_eq!(text, "in \u{1f30a} pieces");
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_closes_is_answered_as_it_closed() {
    let server = small().await;
    let mut client = Client::open(&server).await;
    client.still_works().await;
    let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
        code: 4000.into(),
        reason: "enough".into(),
    };
    client.socket.close(Some(frame)).await.expect("it reads");
    assert_eq!(client.closed().await, (4000, "enough".to_owned()));
    assert!(client.next().await.is_none(), "and then the socket closes");
    drop(client);
    server.stop().await;
}
