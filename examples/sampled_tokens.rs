//! A tool that asks its client's model, and streams the words of the answer to the caller.
//!
//! ```text
//! sampled_tokens FILE [WORD]     as in: sampled_tokens crates/tools/demo/pilotage.md The
//! ```
//!
//! The model is the smallest that is one: it learns from the file which word follows which, and goes
//! on from the last word of the question. In its place stands whatever model a client has.
//!
//! The protocol brings a model's answer back whole. The tool hands it on word by word, so that its
//! caller reads as one does with a model: from the left, and able to stop.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{
    collections::HashMap,
    env,
    error::Error,
    fs,
    io::{self, Write},
    sync::Arc,
};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tidegate::{
    Client, Content, Context, Failure, Level, Server,
    ask::{Sample, SampleContent, Sampled},
    client::Event,
};

/// Has the client's model go on from a word.
#[derive(Deserialize, JsonSchema)]
struct Continue {
    /// The word to go on from.
    word: String,
    /// How many words there shall be at most.
    #[schemars(range(min = 1, max = 1000))]
    most: u32,
}

async fn go_on(args: Continue, cx: Context) -> Result<String, Failure> {
    // In a modern call the round ends here, and the tool runs again from its top with the answer:
    // so the words come after the question.
    let answer = cx
        .ask("words", Sample::prompt(args.word, args.most))
        .await?;
    let text = answer.text();
    let total = text.split_whitespace().count();
    for (number, word) in (1..).zip(text.split_whitespace()) {
        cx.log(Level::Info, json!({"token": word})).await;
        cx.progress(number, total as f64).await;
    }
    let stopped = answer.stop_reason.as_deref().unwrap_or("unknown");
    Ok(format!("{total} words of {} ({stopped})", answer.model))
}

/// Which words follow a word, as often as they do.
struct Model {
    followers: HashMap<String, Vec<String>>,
}

// === impl Model ===

impl Model {
    fn learn(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut followers: HashMap<_, Vec<_>> = HashMap::new();
        for pair in words.windows(2) {
            let known = followers.entry(pair[0].to_owned()).or_default();
            known.push(pair[1].to_owned());
        }
        Self { followers }
    }

    fn answer(&self, asked: &Sample) -> Result<Sampled, Failure> {
        let question = asked.messages.last().and_then(|said| said.content.first());
        let Some(SampleContent::Content(Content::Text { text, .. })) = question else {
            return Err(Failure::invalid_params("this model reads text alone"));
        };
        let mut word = text.split_whitespace().last().unwrap_or_default();
        let mut said = Vec::new();
        while let Some(followers) = self.followers.get(word)
            && said.len() < asked.max_tokens as usize
        {
            // Where several follow, not always the same one: the model seldom walks in circles.
            word = &followers[said.len() % followers.len()];
            said.push(word);
        }
        let mut sampled = Sampled::new("pairs-of-words", said.join(" "));
        if said.len() == asked.max_tokens as usize {
            sampled.stop_reason = Some("maxTokens".to_owned());
        }
        Ok(sampled)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let text = fs::read_to_string(args.next().ok_or("say what the model learns from")?)?;
    let word = args.next().unwrap_or_else(|| "The".to_owned());

    let server = Server::new("writer", "1.0.0").tool("continue", go_on);
    let bound = server.bind("127.0.0.1:0").await?;
    let client_url = bound.url();
    tokio::spawn(bound.run());

    let model = Arc::new(Model::learn(&text));
    let client = Client::builder(&client_url)
        .on_sampling(move |asked| {
            let model = model.clone();
            async move { model.answer(&asked) }
        })
        .connect()
        .await?;
    print!("{word}");
    let arguments = json!({"word": word, "most": 40});
    let mut call = client.call("continue").arguments(arguments).start().await?;
    while let Some(event) = call.next().await {
        if let Event::Log(log) = event {
            print!(" {}", log.data["token"].as_str().unwrap_or_default());
            io::stdout().flush()?;
        }
    }
    println!("\n{}", call.result().await?.text());
    client.close().await?;
    Ok(())
}
