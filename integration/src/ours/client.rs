//! A client of ours inside the test, that answers what it is asked and remembers that it was.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate::Client;
use tidegate::client::ask::{Elicit, ElicitAnswer, Root, RootList, Sample, Sampled};
use tidegate::client::{Builder, Change, EraChoice, Event, Failure, Revision, Topics};
use tokio::time::timeout;

use crate::process::Endpoint;
use crate::transcript::{Event as Seen, Transcript};

/// A change is told within milliseconds; one that is lost fails its test and not the whole run.
const HEARING: Duration = Duration::from_secs(10);

/// A client of ours that answers as the peers' clients do.
pub struct AskedClient {
    pub(super) client: Client,
    asked: Arc<Mutex<Vec<String>>>,
}

// === impl AskedClient ===

impl AskedClient {
    /// Connects to `server`, and speaks this revision to it.
    ///
    /// # Panics
    /// The server does not speak it.
    pub async fn connect(server: &impl Endpoint, revision: &str) -> Self {
        let revision = Revision::read(revision).expect("tests name revisions that there are");
        let era = if revision.is_modern() {
            EraChoice::Modern
        } else {
            EraChoice::Legacy(revision)
        };
        let asked = Arc::default();
        let builder = Client::builder(server.url()).era(era);
        let client = answering(builder, &asked)
            .connect()
            .await
            .unwrap_or_else(|error| panic!("{} does not let us in: {error:?}", server.url()));
        Self { client, asked }
    }

    /// Listens to these things (lists, or URIs of resources), makes the server change each, the first right
    /// when it is listened to, and returns what was heard.
    ///
    /// # Panics
    /// The server does not tell of them, or not in time.
    pub async fn listens(&self, things: &[&str]) -> Transcript {
        let topics = things
            .iter()
            .fold(Topics::new(), |topics, thing| match *thing {
                "tools" => topics.tools(),
                "prompts" => topics.prompts(),
                "resources" => topics.resources(),
                uri => topics.resource(uri),
            });
        let listening = self.client.listen(topics.clone()).await;
        let mut listening = listening.unwrap_or_else(|error| panic!("nothing to hear: {error:?}"));
        assert_eq!(listening.honoured(), &topics);
        let mut seen = vec![Seen::Listening];
        for what in things {
            let told = self.client.call_tool("change", json!({ "what": what }));
            told.await.expect("the server changes");
            let change = timeout(HEARING, listening.next()).await;
            let change = change.unwrap_or_else(|_| panic!("{what} is not heard: {seen:?}"));
            let change = change.expect("the server goes on telling");
            seen.push(Seen::Changed(match change.expect("nothing breaks") {
                Change::Tools => "tools".to_owned(),
                Change::Prompts => "prompts".to_owned(),
                Change::Resources => "resources".to_owned(),
                Change::Resource(uri) => uri,
                other => panic!("{other:?} is nothing that was asked for"),
            }));
        }
        Transcript::heard(seen)
    }

    /// Calls a tool, and returns what was seen of it.
    ///
    /// # Panics
    /// The call fails.
    pub async fn calls(&self, tool: &str, arguments: Value) -> Transcript {
        let mut seen = vec![Seen::Connected(self.client.server().revision.to_string())];
        let call = self.client.call(tool).arguments(arguments).start().await;
        let mut call = call.unwrap_or_else(|error| panic!("{tool} is not called: {error:?}"));
        while let Some(event) = call.next().await {
            match event {
                Event::Log(log) => seen.push(Seen::Log {
                    level: log.level.to_string(),
                    data: log.text().into(),
                }),
                Event::Progress(progress) => seen.push(Seen::Progress {
                    done: progress.progress,
                    total: progress.total,
                }),
                _ => {}
            }
        }
        let result = call.result().await;
        let result = result.unwrap_or_else(|error| panic!("{tool} fails: {error:?}\n{seen:#?}"));
        seen.extend(self.asked.lock().drain(..).map(Seen::Asked));
        seen.push(Seen::Result(
            json!({ "content": [{ "type": "text", "text": result.text() }] }),
        ));
        Transcript::heard(seen)
    }
}

impl fmt::Debug for AskedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// Adds the answers that every client of these tests gives.
fn answering(builder: Builder, asked: &Arc<Mutex<Vec<String>>>) -> Builder {
    let hear = |kind: &'static str| {
        let asked = Arc::clone(asked);
        move || asked.lock().push(kind.to_owned())
    };
    let (form, model, roots) = (
        hear("elicitation/create"),
        hear("sampling/createMessage"),
        hear("roots/list"),
    );
    builder
        .on_elicitation(move |form_asked: Elicit| {
            form();
            async move { Ok::<_, Failure>(filled_in(&form_asked)) }
        })
        .on_sampling(move |question: Sample| {
            model();
            async move { thought(&question) }
        })
        .on_roots(move || {
            roots();
            async {
                let roots = vec![Root::new("file:///harbour")];
                Ok::<_, Failure>(RootList { roots })
            }
        })
}

fn filled_in(form: &Elicit) -> ElicitAnswer {
    let mut content = form.defaults();
    content.insert("name".to_owned(), "Ann".into());
    content.insert("age".to_owned(), 42.into());
    ElicitAnswer::accept(content)
}

fn thought(question: &Sample) -> Result<Sampled, Failure> {
    if question.messages.is_empty() {
        return Err(Failure::tool("no question"));
    }
    Ok(Sampled::new("tide-1", "four"))
}
