//! What a call carries from one round to the next: sealed, for the same caller, the same call,
//! and a while (2026-07-28 mrtr §Server Requirements 4 and 5).
//!
//! ```text
//!   round 1: answers {}    ── sealed ──▶ requestState ──▶ client
//!   round 2: requestState ── opened ──▶ answers of before + inputResponses
//! ```

use serde_json::Value;
use sha2::{Digest, Sha256};
use tidegate_model::{Method, Raw};

use crate::{
    asks::Answers,
    seal::{Keys, NoEntropy, Purpose, random},
};

/// What one round hands to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The state's own name: what is marked "once" is spent under it.
    pub nonce: [u8; 16],
    /// When the state opens no more, in seconds since 1970.
    pub expires: u64,
    /// Which call it belongs to.
    pub call: CallDigest,
    /// What was answered in all rounds before.
    pub answers: Answers,
}

/// A call's content, however it was written: method and parameters in canonical JSON, without
/// `_meta`, `inputResponses` and `requestState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallDigest([u8; 32]);

/// Why a state does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// It is not ours, not this caller's, or was changed.
    Forged,
    /// It belongs to a call with other content.
    OtherCall,
    /// It is too old.
    Expired,
}

/// How many bytes a sealed state may have: four times what a form's answers take. Whoever asks for
/// more in several rounds (pictures of a model, for example) should keep it elsewhere.
pub const MAX_STATE: usize = 256 * 1024;

// === impl CallDigest ===

impl CallDigest {
    /// Returns the digest of a call's content (RFC 8785, then SHA-256).
    ///
    /// Numbers are compared as RFC 8785 has them, as doubles; integers beyond 2⁵³ are told apart
    /// as far as 64 bits go.
    #[must_use]
    pub fn of(method: &Method, params: &Raw) -> Self {
        let mut hash = Sha256::new();
        hash.update(method.name());
        hash.update([0]);
        match canonical(params) {
            Some((value, text)) => {
                hash.update(text);
                long_numbers(&value, &mut |number| {
                    hash.update([0]);
                    hash.update(number);
                });
            }
            // What cannot be read, as 1e999, has no canonical form, and is like nothing else.
            None => {
                hash.update([0, 0]);
                hash.update(params.bytes());
            }
        }
        Self(hash.finalize().into())
    }
}

/// Returns what of the parameters makes the call, and its canonical text.
fn canonical(params: &Raw) -> Option<(Value, Vec<u8>)> {
    let mut value: Value = params.decode().ok()?;
    if let Some(fields) = value.as_object_mut() {
        for own in ["_meta", "inputResponses", "requestState"] {
            fields.remove(own);
        }
    }
    let text = serde_json_canonicalizer::to_vec(&value).ok()?;
    Some((value, text))
}

/// Visits the numbers whose neighbours a double cannot hold, as integers, in the order of their
/// places. All of them, so that it is known which of them stands where.
fn long_numbers(value: &Value, visit: &mut impl FnMut(String)) {
    const EXACT: f64 = 9_007_199_254_740_992.0;

    match value {
        Value::Number(number) => {
            let double = number.as_f64().unwrap_or(f64::INFINITY);
            if double.abs() >= EXACT {
                let is_integer = number.is_u64() || number.is_i64();
                visit(if is_integer {
                    number.to_string()
                } else {
                    format!("{double:.0}")
                });
            }
        }
        Value::Array(values) => values.iter().for_each(|value| long_numbers(value, visit)),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            for (_, value) in sorted {
                long_numbers(value, visit);
            }
        }
        _ => {}
    }
}

// === impl Round ===

impl Round {
    /// Returns the state of a call's next round.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn new(call: CallDigest, answers: Answers, expires: u64) -> Result<Self, NoEntropy> {
        Ok(Self {
            nonce: random()?,
            expires,
            call,
            answers,
        })
    }

    /// Seals the state for `principal`; none if it is larger than a state may be.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn seal(&self, keys: &Keys, principal: &[u8]) -> Result<Option<String>, NoEntropy> {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.expires.to_be_bytes());
        bytes.extend_from_slice(&self.call.0);
        bytes.push(b'{');
        // A refusal is not carried: whoever comes again is asked again.
        let given = self.answers.iter().filter_map(|(key, answer)| {
            let answer = answer.as_ref().ok()?;
            Some((serde_json::to_vec(key).ok()?, answer))
        });
        for (index, (key, answer)) in given.enumerate() {
            if index > 0 {
                bytes.push(b',');
            }
            bytes.extend_from_slice(&key);
            bytes.push(b':');
            bytes.extend_from_slice(answer.bytes());
        }
        bytes.push(b'}');
        let sealed = keys.seal_bytes(Purpose::Round, &bytes, principal)?;
        Ok((sealed.len() <= MAX_STATE).then_some(sealed))
    }

    /// Opens a state that `principal` sent with `call`, which is worked out only for a state that
    /// is theirs: it takes a walk over all parameters.
    ///
    /// # Errors
    ///
    /// When it is forged, another call's, or too old.
    pub fn open(
        keys: &Keys,
        state: &str,
        principal: &[u8],
        call: impl FnOnce() -> CallDigest,
        now: u64,
    ) -> Result<Self, Stale> {
        if state.len() > MAX_STATE {
            return Err(Stale::Forged);
        }
        let bytes = keys
            .open_bytes(Purpose::Round, state.as_bytes(), principal)
            .ok_or(Stale::Forged)?;
        let round = Self::read(&bytes).ok_or(Stale::Forged)?;
        if now >= round.expires {
            return Err(Stale::Expired);
        }
        if round.call != call() {
            return Err(Stale::OtherCall);
        }
        Ok(round)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (nonce, rest) = bytes.split_first_chunk::<16>()?;
        let (expires, rest) = rest.split_first_chunk::<8>()?;
        let (call, json) = rest.split_first_chunk::<32>()?;
        Some(Self {
            nonce: *nonce,
            expires: u64::from_be_bytes(*expires),
            call: CallDigest(*call),
            answers: read_answers(json)?,
        })
    }
}

/// Reads an object of answers; each stays as it was written.
#[must_use]
pub fn read_answers(json: &[u8]) -> Option<Answers> {
    let read: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_slice(json).ok()?;
    let answers = read.into_iter().map(|(key, answer)| {
        let answer: Box<str> = answer.into();
        (key, Ok(Raw::trusted(String::from(answer).into())))
    });
    Some(answers.collect())
}

#[cfg(test)]
mod tests;
