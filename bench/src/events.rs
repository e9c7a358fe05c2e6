//! Checks what came back: the answer to a call, and every notification of a counting one, in order.

use std::time::Instant;

use memchr::memmem::find;

use crate::Fault;

/// Checks that `body` answers request `id` with `text`, whichever way it is framed.
///
/// # Errors
/// When it answers another request, carries another text, or is an error.
pub fn check_answer(body: &[u8], id: u64, text: &str) -> Result<(), Fault> {
    let right = has_number(body, br#""id":"#, id)
        && find(body, format!(r#""text":"{text}""#).as_bytes()).is_some();
    let failed = find(body, br#""error":"#).is_some() || find(body, br#""isError":true"#).is_some();
    if right && !failed {
        return Ok(());
    }
    Err(format!(
        "request {id} should have been answered with {text:?}, not: {}",
        String::from_utf8_lossy(body)
    )
    .into())
}

/// Counts the notifications of one `count` call as its stream arrives.
#[derive(Debug)]
pub struct Tally {
    id: u64,
    token: Vec<u8>,
    /// What has arrived of an event that is not complete.
    rest: Vec<u8>,
    seen: u32,
    first: Option<Instant>,
    answered: bool,
    fault: Option<String>,
}

// === impl Tally ===

impl Tally {
    /// Expects the stream of request `id`, whose progress token is `p-{id}`.
    #[must_use]
    pub fn new(id: u64) -> Self {
        let token = format!(r#""progressToken":"p-{id}""#).into_bytes();
        Self {
            id,
            token,
            rest: Vec::new(),
            seen: 0,
            first: None,
            answered: false,
            fault: None,
        }
    }

    /// Takes the next bytes of the stream.
    pub fn take(&mut self, piece: &[u8]) {
        let joined;
        let mut input = piece;
        if !self.rest.is_empty() {
            self.rest.extend_from_slice(piece);
            joined = std::mem::take(&mut self.rest);
            input = &joined;
        }
        while let Some(end) = find(input, b"\n\n") {
            self.event(&input[..end]);
            input = &input[end + 2..];
        }
        self.rest.extend_from_slice(input);
    }

    /// Ends the stream: all of `n` notifications came, in order, and then the answer.
    ///
    /// # Errors
    /// When one is missing, doubled, out of order or foreign.
    pub fn end(self, n: u32) -> Result<Option<Instant>, Fault> {
        if let Some(fault) = self.fault {
            return Err(format!("count {}: {fault}", self.id).into());
        }
        if self.seen != n || !self.answered {
            let answer = if self.answered { "an" } else { "no" };
            return Err(format!(
                "count {}: {} of {n} notifications came, and {answer} answer",
                self.id, self.seen
            )
            .into());
        }
        Ok(self.first)
    }

    fn event(&mut self, event: &[u8]) {
        let judged = if find(event, br#""method":"notifications/progress""#).is_some() {
            self.first.get_or_insert_with(Instant::now);
            self.seen += 1;
            self.notification(event)
        } else if find(event, br#""result":"#).is_some() {
            self.answered = true;
            check_answer(event, self.id, "done").map_err(|fault| fault.to_string())
        } else if data_of(event).is_empty() {
            Ok(()) // a comment, or the empty event that primes resumption
        } else {
            Err(format!(
                "an event that belongs to no call of ours: {}",
                String::from_utf8_lossy(event)
            ))
        };
        if let Err(fault) = judged {
            self.fault.get_or_insert(fault);
        }
    }

    fn notification(&self, event: &[u8]) -> Result<(), String> {
        if self.answered {
            return Err("a notification came after the answer".to_owned());
        }
        if find(event, &self.token).is_none() {
            return Err(format!(
                "a notification under another token: {}",
                String::from_utf8_lossy(event)
            ));
        }
        if !has_number(event, br#""progress":"#, u64::from(self.seen)) {
            return Err(format!(
                "notification {} is not that: {}",
                self.seen,
                String::from_utf8_lossy(event)
            ));
        }
        Ok(())
    }
}

/// Whether `key` is followed by exactly `number`, a float of that value counted as well.
fn has_number(text: &[u8], key: &[u8], number: u64) -> bool {
    let Some(at) = find(text, key) else {
        return false;
    };
    let rest = &text[at + key.len()..];
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b',' | b'}'))
        .unwrap_or(rest.len());
    let literal = rest[..end].strip_suffix(b".0").unwrap_or(&rest[..end]);
    std::str::from_utf8(literal).is_ok_and(|literal| literal.parse() == Ok(number))
}

/// Returns what an event carries, without field names.
fn data_of(event: &[u8]) -> Vec<u8> {
    let lines = event.split(|&byte| byte == b'\n');
    lines
        .filter_map(|line| line.strip_prefix(b"data:"))
        .flatten()
        .copied()
        .filter(|&byte| byte != b' ')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(id: u64, i: u32) -> String {
        format!(
            "event: message\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\
             \"params\":{{\"progressToken\":\"p-{id}\",\"progress\":{i},\"total\":3}}}}\n\n"
        )
    }

    fn answer(id: u64) -> String {
        format!(
            "data: {{\"id\":{id},\"result\":{{\"content\":[{{\"type\":\"text\",\"text\":\"done\"}}]}}}}\n\n"
        )
    }

    fn tally(stream: &str, cut: usize) -> Result<(), String> {
        let mut tally = Tally::new(4);
        stream
            .as_bytes()
            .chunks(cut)
            .for_each(|piece| tally.take(piece));
        tally.end(3).map(|_| ()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn all_in_order_however_the_stream_is_cut() {
        let stream = format!(
            "data: \n\n: hello\n\n{}{}{}{}",
            progress(4, 1),
            progress(4, 2),
            progress(4, 3),
            answer(4)
        );
        for cut in [1, 2, 7, 100, 10_000] {
            tally(&stream, cut).unwrap();
        }
    }

    #[test]
    fn what_is_lost_doubled_late_or_foreign_is_seen() {
        let (one, two, three) = (progress(4, 1), progress(4, 2), progress(4, 3));
        let end = answer(4);
        for (stream, why) in [
            (format!("{one}{three}{end}"), "is not that"),
            (format!("{one}{two}{end}"), "2 of 3"),
            (format!("{one}{two}{two}{end}"), "is not that"),
            (format!("{one}{two}{three}"), "no answer"),
            (format!("{one}{two}{end}{three}"), "after the answer"),
            (
                format!("{one}{two}{}{end}", progress(5, 3)),
                "another token",
            ),
            (format!("{one}{two}{three}{}", answer(5)), "request 4"),
            (
                format!("data: {{\"method\":\"ping\"}}\n\n{one}{two}{three}{end}"),
                "no call of ours",
            ),
        ] {
            let fault = tally(&stream, 64).unwrap_err();
            assert!(fault.contains(why), "{fault} should say {why}");
        }
    }

    #[test]
    fn an_answer_has_the_very_id_and_text() {
        let body =
            br#"{"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":"m-17"}]}}"#;
        check_answer(body, 17, "m-17").unwrap();
        check_answer(body, 1, "m-17").unwrap_err();
        check_answer(body, 17, "m-1").unwrap_err();
        check_answer(br#"{"id":17,"error":{"text":"m-17"}}"#, 17, "m-17").unwrap_err();
    }
}
