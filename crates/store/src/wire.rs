//! A record as bytes, for stores that keep bytes. What was raw stays raw.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidegate_model::{Raw, Task, ask::InputRequest};

use crate::record::{Input, InputState, Record};

#[derive(Serialize, Deserialize)]
struct Written {
    task: Task,
    owner: Vec<u8>,
    created: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<WrittenInput>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Box<RawValue>>,
}

#[derive(Serialize, Deserialize)]
struct WrittenInput {
    key: String,
    request: InputRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    taken: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withdrawn: bool,
}

// === impl Record ===

impl Record {
    /// Writes the record.
    ///
    /// # Errors
    ///
    /// When it holds something raw that is no JSON.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let (result, error) = match &self.end {
            Some(Ok(result)) => (Some(raw(result)?), None),
            Some(Err(error)) => (None, Some(raw(error)?)),
            None => (None, None),
        };
        let inputs = self.inputs.iter().map(|input| {
            let answer = match &input.state {
                InputState::Answered(answer) => Some(raw(answer)?),
                _ => None,
            };
            Ok(WrittenInput {
                key: input.key.clone(),
                request: input.request.clone(),
                answer,
                taken: input.state == InputState::Taken,
                withdrawn: input.state == InputState::Withdrawn,
            })
        });
        let inputs: Result<Vec<_>, serde_json::Error> = inputs.collect();
        serde_json::to_vec(&Written {
            task: self.task.clone(),
            owner: self.owner.clone(),
            created: self.created,
            inputs: inputs?,
            result,
            error,
        })
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let written: Written = serde_json::from_slice(bytes)?;
        let inputs = written.inputs.into_iter().map(|input| Input {
            key: input.key,
            request: input.request,
            state: match input.answer {
                Some(answer) => InputState::Answered(cooked(answer)),
                None if input.taken => InputState::Taken,
                None if input.withdrawn => InputState::Withdrawn,
                None => InputState::Open,
            },
        });
        Ok(Self {
            task: written.task,
            owner: written.owner,
            created: written.created,
            inputs: inputs.collect(),
            end: match (written.result, written.error) {
                (Some(result), _) => Some(Ok(cooked(result))),
                (None, Some(error)) => Some(Err(cooked(error))),
                (None, None) => None,
            },
        })
    }

    /// Returns about how many bytes the record takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        /// What the task's own fields, and a place in a table, take.
        const OWN: usize = 512;

        let end = match &self.end {
            Some(Ok(raw) | Err(raw)) => raw.bytes().len(),
            None => 0,
        };
        let inputs = self.inputs.iter().map(|input| {
            let answer = match &input.state {
                InputState::Answered(answer) => answer.bytes().len(),
                _ => 0,
            };
            // A question is printed but for this: forms are short, and asked seldom.
            let question = input.request.params.to_string().len();
            input.key.len() + question + answer
        });
        OWN + self.owner.len() + end + inputs.sum::<usize>()
    }
}

fn raw(raw: &Raw) -> Result<Box<RawValue>, serde_json::Error> {
    RawValue::from_string(raw.as_str().to_owned())
}

fn cooked(raw: Box<RawValue>) -> Raw {
    let text: Box<str> = raw.into();
    Raw::trusted(String::from(text).into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidegate_model::ask::InputKind;

    use super::*;

    #[test]
    fn what_is_written_reads_back_token_for_token() {
        let asked = |params| InputRequest {
            method: InputKind::Elicit,
            params,
        };
        let long = Raw::trusted(r#"{"n":123456789012345678901234567890,"b":1.0,"a":2}"#.into());
        let mut record = Record::new(b"\xffann", Some(7), Some(9), 1_000).expect("entropy");
        record
            .ask("a", &asked(json!({"message": "?"})), 2_000)
            .expect("new");
        record
            .ask("b", &asked(json!({"message": "!"})), 2_000)
            .expect("new");
        record.ask("c", &asked(json!({})), 2_000).expect("new");
        record.answer("a", long.clone(), 3_000);
        record.withdraw("c", 3_000);
        record.ask("d", &asked(json!({})), 3_000).expect("new");
        record.answer("d", long.clone(), 3_000);
        record.take("d");
        for end in [None, Some(Ok(long.clone())), Some(Err(long))] {
            record.end = end;
            let bytes = record.write().expect("JSON");
            assert_eq!(Record::read(&bytes).expect("reads"), record);
            assert!(record.weight() >= bytes.len() / 2);
        }
        assert!(Record::read(b"{}").is_err());
    }
}
