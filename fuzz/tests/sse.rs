//! A stream of events reads the same in whatever pieces it arrives.

use bolero::check;
use tidegate_era::sse::{Decoder, Event};

const LIMIT: usize = 256;

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, bool, Option<String>) {
    let mut decoder = Decoder::new(LIMIT);
    let mut events = Vec::new();
    for piece in pieces {
        if decoder.push(piece, |event| events.push(event)).is_err() {
            return (events, true, None);
        }
    }
    let id = decoder.last_id().map(str::to_owned);
    (events, false, id)
}

#[test]
fn pieces_do_not_matter() {
    check!()
        .with_type::<(Vec<u8>, Vec<u8>)>()
        .for_each(|(noise, cuts)| {
            // Most bytes say nothing: they choose among the words that streams are made of.
            let stream: Vec<u8> = noise.iter().flat_map(|byte| word(*byte)).collect();
            let whole = read([stream.as_slice()]);
            let by_byte = read(stream.chunks(1));
            assert_eq!(whole.0, by_byte.0, "events before a refusal too");
            let mut rest = stream.as_slice();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, tail) = rest.split_at(usize::from(*cut).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            pieces.push(rest);
            let cut = read(pieces);
            if !whole.1 && !by_byte.1 && !cut.1 {
                assert_eq!(whole, cut);
                assert_eq!(whole, by_byte);
            }
            for event in &whole.0 {
                // What is no UTF-8 becomes a mark of three bytes.
                assert!(event.data.len() <= 3 * LIMIT && !event.event.is_empty());
            }
        });
}

fn word(byte: u8) -> Vec<u8> {
    const WORDS: [&[u8]; 16] = [
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"data: ",
        b"data:",
        b"data",
        b"id: 7",
        b"id:\0x",
        b"event: message",
        b"retry: 50",
        b"retry: x",
        b": comment",
        b"\xef\xbb\xbf",
        b"{\"a\":1}",
        b"\xff",
    ];
    match WORDS.get(usize::from(byte)) {
        Some(word) => word.to_vec(),
        None if byte < 128 => WORDS[usize::from(byte) % WORDS.len()].to_vec(),
        None => vec![byte],
    }
}
