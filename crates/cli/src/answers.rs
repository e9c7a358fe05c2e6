//! What a server asks in the middle of a call, answered from the command line.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value};
use tidegate::{
    Failure,
    ask::{Elicit, ElicitAnswer},
    client::Builder,
};

use crate::{
    arguments::{Argument, Given},
    error::Error,
    printable::printable,
};

/// Answers to the fields of forms, whichever form asks for them.
#[derive(Clone, Debug)]
pub(crate) struct Answers(Arc<Given>);

// === impl Answers ===

impl Answers {
    /// Reads what was typed; none if nothing was.
    pub(crate) fn read(typed: &[Argument]) -> Result<Option<Self>, Error> {
        if typed.is_empty() {
            return Ok(None);
        }
        Given::read(typed.to_vec()).map(|given| Some(Self(Arc::new(given))))
    }

    /// Lets a client answer with them. A page to visit is not among them: nobody would go there.
    pub(crate) fn for_client(self, builder: Builder) -> Builder {
        builder.on_elicitation(move |asked| std::future::ready(self.answer(&asked)))
    }

    fn answer(&self, asked: &Elicit) -> Result<ElicitAnswer, Failure> {
        let Elicit::Form { message, schema } = asked else {
            return Ok(ElicitAnswer::decline());
        };
        anstream::eprintln!("asked      {}", printable(message));
        let mut filled = asked.defaults();
        match self.0.for_form(schema) {
            Ok(typed) => filled.extend(typed),
            Err(error) => {
                // The server is told too, and may keep it to itself.
                anstream::eprintln!("refused    {}", printable(&error.to_string()));
                return Err(Failure::tool(error));
            }
        }
        let missing = missing(schema, &filled);
        if missing.is_empty() {
            return Ok(ElicitAnswer::accept(filled));
        }
        for field in missing {
            let field = printable(field);
            anstream::eprintln!("declined   no answer to `{field}`; give --answer {field}=VALUE");
        }
        Ok(ElicitAnswer::decline())
    }
}

/// The fields that a form wants and nobody filled in.
fn missing<'a>(schema: &'a Value, filled: &Map<String, Value>) -> BTreeSet<&'a str> {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    names.filter(|name| !filled.contains_key(*name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tidegate::ask::{Field, Form};

    use super::*;

    fn answered(words: &[&str]) -> ElicitAnswer {
        let typed: Vec<Argument> = words
            .iter()
            .map(|word| word.parse().expect("parses"))
            .collect();
        let answers = Answers::read(&typed).expect("reads").expect("some");
        let form = Form::new()
            .required("name", Field::string())
            .required("age", Field::integer().default(30))
            .optional("sure", Field::boolean());
        answers
            .answer(&Elicit::form("Who?", form))
            .expect("an answer")
    }

    #[test]
    fn what_was_typed_fills_the_form_over_its_defaults() {
        let answer = answered(&["name=Ann", "sure=true", "another=1"]);
        let content = json!({"name": "Ann", "age": 30, "sure": true});
        assert_eq!(answer.content.map(Value::from), Some(content));
        let older = answered(&["name=Ann", "age=41"]);
        assert_eq!(older.get("age"), Some(&json!(41)));
    }

    #[test]
    fn a_field_without_an_answer_declines() {
        assert!(!answered(&["age=3"]).is_accepted());
    }
}
