//! Questions between our own server and our own client, in every era.

use serde_json::json;
use tidegate_client::{
    Client, EraChoice, Failure, Revision,
    ask::{Elicit, ElicitAnswer, Root, Sample, Sampled},
};
use tidegate_handler::{
    Context, Router, ToolSpec,
    ask::{Field, Form, Roots},
};
use tidegate_server::Server;

const ERAS: [EraChoice; 3] = [
    EraChoice::Modern,
    EraChoice::Legacy(Revision::V2025_11_25),
    EraChoice::Legacy(Revision::V2025_06_18),
];

/// Where to go.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Travel {
    city: String,
}

async fn travel(args: Travel, cx: Context) -> Result<String, Failure> {
    let form = Form::new().required("sure", Field::boolean().default(true));
    let sure = cx
        .ask("sure", Elicit::form(format!("To {}?", args.city), form))
        .await?;
    if !sure.is_accepted() {
        return Ok("stays".to_owned());
    }
    let (said, roots) = tokio::join!(
        cx.ask("say", Sample::prompt("Say goodbye.", 10)),
        cx.ask("from", Roots),
    );
    Ok(format!(
        "{} from {} to {}",
        said?.text(),
        roots?[0].uri,
        args.city
    ))
}

async fn say(asked: Sample) -> Result<Sampled, Failure> {
    Ok(Sampled::new(
        "m",
        format!("Bye ({} tokens)", asked.max_tokens),
    ))
}

async fn serving() -> (String, tokio::task::JoinHandle<()>) {
    let router = Router::new("real", "1.0.0").tool(ToolSpec::new("travel"), travel);
    let bound = Server::from_handler(router)
        .bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = bound.url();
    let running = tokio::spawn(async move {
        bound.run().await.expect("serves");
    });
    (url, running)
}

#[tokio::test]
async fn a_call_asks_its_way_through_in_every_era() {
    let (url, running) = serving().await;
    for era in ERAS {
        let client = Client::builder(&url)
            .era(era)
            .on_elicitation(|form| async move { Ok(ElicitAnswer::accept(form.defaults())) })
            .on_sampling(say)
            .roots([Root::new("file:///home")])
            .connect()
            .await
            .expect("connects");
        let result = client
            .call_tool("travel", json!({"city": "Oslo"}))
            .await
            .unwrap_or_else(|error| panic!("{era:?}: {error}"));
        assert_eq!(
            result.text(),
            "Bye (10 tokens) from file:///home to Oslo",
            "{era:?}"
        );
    }
    running.abort();
}

#[tokio::test]
async fn a_no_is_an_answer_and_a_client_that_cannot_be_asked_is_not_asked() {
    let (url, running) = serving().await;
    for era in ERAS {
        let client = Client::builder(&url)
            .era(era)
            .on_elicitation(|_| async { Ok(ElicitAnswer::decline()) })
            .connect()
            .await
            .expect("connects");
        let result = client.call_tool("travel", json!({"city": "Oslo"})).await;
        assert_eq!(result.expect("a result").text(), "stays", "{era:?}");

        let client = Client::builder(&url).era(era).connect().await;
        let outcome = client
            .expect("connects")
            .call_tool("travel", json!({"city": "Oslo"}))
            .await;
        match outcome {
            Ok(result) => assert!(result.is_error, "{era:?}"),
            Err(error) => assert!(error.rpc_code().is_some(), "{era:?}: {error}"),
        }
    }
    running.abort();
}
