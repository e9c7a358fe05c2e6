//! `read` and `prompt`, against a server that has resources and prompts.

use std::thread;

use tidegate::{
    Content, Failure, PromptMessage, PromptSpec, ResourceContents, ResourceSpec, Server,
};

use crate::{cancel::endless, process::run};

/// Serves a text, some bytes and a prompt, from a thread that lives as long as the test.
fn library() -> String {
    let (sender, url) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let bound = server().bind("127.0.0.1:0").await.unwrap();
            sender.send(bound.url()).unwrap();
            bound.run().await.unwrap();
        });
    });
    url.recv().unwrap()
}

fn server() -> Server {
    use std::collections::BTreeMap;

    use tidegate::{Context, ResourceRequest};

    Server::new("library", "1.0.0")
        .resource(
            ResourceSpec::new("test://text", "text").description("A text."),
            |request: ResourceRequest, _cx: Context| async move {
                Ok::<_, Failure>(ResourceContents::text(request.uri, "text/plain", "calm\n"))
            },
        )
        .resource(
            ResourceSpec::new("test://bytes", "bytes"),
            |request: ResourceRequest, _cx: Context| async move {
                Ok::<_, Failure>(ResourceContents::blob(
                    request.uri,
                    "image/png",
                    [0, 255, 10],
                ))
            },
        )
        .prompt(
            PromptSpec::new("greet")
                .description("Greets.")
                .argument("name", "who", true),
            |arguments: BTreeMap<String, String>, _cx: Context| async move {
                let name = arguments.get("name").cloned().unwrap_or_default();
                Ok::<_, Failure>(vec![
                    PromptMessage::user(format!("Greet {name}.")),
                    PromptMessage::assistant(Content::image([0; 4], "image/png")),
                ])
            },
        )
}

#[test]
fn text_is_printed_as_it_is() {
    let url = library();
    for era in ["modern", "legacy"] {
        assert_eq!(
            run(&["read", &url, "test://text", "--era", era])
                .ends(0)
                .stdout,
            "calm\n"
        );
    }
    let events = run(&["read", &url, "test://text", "--json"])
        .ends(0)
        .events();
    assert_eq!(events[0]["event"], "result");
    assert_eq!(events[0]["contents"][0]["text"], "calm\n");
}

#[test]
fn bytes_go_to_a_pipe_as_they_are() {
    let url = library();
    let command = crate::process::tidegate(&["read", &url, "test://bytes"])
        .output()
        .unwrap();
    assert_eq!(command.stdout, [0, 255, 10]);
}

#[test]
fn a_resource_that_is_not_there_is_5() {
    let url = library();
    for era in ["modern", "legacy"] {
        run(&["read", &url, "test://none", "--era", era])
            .ends(5)
            .says("test://none");
    }
}

#[test]
fn a_prompt_is_a_line_for_each_message() {
    let url = library();
    let ran = run(&["prompt", &url, "greet", "name=Ada"]).ends(0);
    assert_eq!(
        ran.stdout,
        "user: Greet Ada.\nassistant: [image image/png, 4 bytes]\n"
    );
    let events = run(&["prompt", &url, "greet", "name=Ada", "--json"])
        .ends(0)
        .events();
    assert_eq!(events[0]["messages"][0]["role"], "user");
    run(&["prompt", &url, "greet", "name:=3"])
        .ends(2)
        .says("name=TEXT");
    run(&["prompt", &url, "gret", "name=x"])
        .ends(5)
        .says("did you mean greet");
}

#[test]
fn a_list_has_resources_and_prompts() {
    let ran = run(&["list", &library()]).ends(0);
    let line = |start: &str| ran.stdout.lines().any(|line| line.starts_with(start));
    assert!(line("library 1.0.0, MCP "), "{}", ran.stdout);
    assert!(
        line("test://text") && line("greet   name"),
        "{}",
        ran.stdout
    );
    assert!(!line("tool"), "{}", ran.stdout);
}

#[test]
fn an_answer_that_does_not_fit_is_told_to_whoever_gave_it() {
    let (url, _ends) = endless();
    for era in ["modern", "legacy"] {
        let call = ["call", &url, "age", "--era", era];
        let good = run(&[&call[..], &["--answer", "age=41"]].concat()).ends(0);
        assert!(good.stdout.contains("41"), "{good:?}");
        let bad = run(&[&call[..], &["--answer", "age=old"]].concat());
        assert_ne!(bad.code, Some(0), "{bad:?}");
        let told = bad.stderr.lines().find(|line| line.starts_with("refused "));
        assert!(told.is_some_and(|line| line.contains("age")), "{bad:?}");
        let none = run(&call);
        assert_ne!(none.code, Some(0), "{none:?}");
        none.says("--answer");
    }
}
