//! What our client does with a server beside calling: it lists, reads, gets a prompt, and cancels.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::client::Content;
use tokio::time::{sleep, timeout};

use super::client::AskedClient;

/// A cancellation is heard within milliseconds; one that is lost fails its test and not the whole run.
const HEARING: Duration = Duration::from_secs(10);

impl AskedClient {
    /// Returns the names of the tools, of the prompts, and the URIs of the resources.
    ///
    /// # Panics
    /// The server does not list them.
    pub async fn lists(&self) -> Vec<String> {
        let tools = self.client.list_tools().await.expect("tools are listed");
        let prompts = self.client.list_prompts().await;
        let prompts = prompts.expect("prompts are listed");
        let resources = self.client.list_resources().await;
        let resources = resources.expect("resources are listed");
        let names = tools.into_iter().map(|tool| tool.name);
        let names = names.chain(prompts.into_iter().map(|prompt| prompt.name));
        let uris = resources.into_iter().map(|resource| resource.uri);
        names.chain(uris).collect()
    }

    /// Returns the text of a resource.
    ///
    /// # Panics
    /// The server has no text there.
    pub async fn reads(&self, uri: &str) -> String {
        let read = self.client.read(uri).await;
        let read = read.unwrap_or_else(|error| panic!("{uri} is not read: {error:?}"));
        match &read.contents[..] {
            [content] => content.text.clone().expect("it is text"),
            other => panic!("{uri} is not one text: {other:?}"),
        }
    }

    /// Returns what a prompt says.
    ///
    /// # Panics
    /// The server does not say it in one message of text.
    pub async fn prompts(&self, name: &str) -> String {
        let prompt = self.client.get_prompt(name, json!({})).await;
        let prompt = prompt.unwrap_or_else(|error| panic!("no prompt {name}: {error:?}"));
        match &prompt.messages[..] {
            [message] => match &message.content {
                Content::Text { text, .. } => text.clone(),
                other => panic!("{name} is no text: {other:?}"),
            },
            other => panic!("{name} is not one message: {other:?}"),
        }
    }

    /// Starts a call, and cancels it once it tells the first thing.
    ///
    /// # Panics
    /// It tells nothing.
    pub async fn cancels(&self, tool: &str, arguments: Value) {
        let call = self.client.call(tool).arguments(arguments).start().await;
        let mut call = call.unwrap_or_else(|error| panic!("{tool} is not called: {error:?}"));
        let first = timeout(HEARING, call.next()).await;
        let first = first.unwrap_or_else(|_| panic!("{tool} tells nothing"));
        assert!(
            first.is_some(),
            "{tool} has ended: {:?}",
            call.result().await
        );
        call.cancel().await;
    }

    /// Cancels the tool that waits to be, and returns once the server has counted `times` of it.
    ///
    /// # Panics
    /// It does not count so many, or more.
    pub async fn cancels_a_wait(&self, times: u32) {
        self.cancels("wait", json!({})).await;
        let counted = async {
            loop {
                let told = self.client.call_tool("cancelled", json!({})).await;
                let told = told
                    .expect("the client goes on after a cancellation")
                    .text();
                if told == times.to_string() {
                    return;
                }
                assert_eq!(told, (times - 1).to_string());
                sleep(Duration::from_millis(10)).await;
            }
        };
        let heard = timeout(HEARING, counted).await;
        heard.expect("the server hears that a call was cancelled");
    }
}
