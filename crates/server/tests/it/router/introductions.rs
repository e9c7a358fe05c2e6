//! How a server and what it holds introduce themselves: icons, hints, extensions, names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tidegate_handler::{
    ContentAnnotations, Context, Failure, Icon, PromptSpec, ResourceRequest, ResourceSpec, Role,
    TemplateSpec, ToolSpec,
};
use tidegate_server::Server;
use tidegate_testkit::{Door, InMemory, Session, modern, server};

type Any = Map<String, Value>;

async fn echo(_: Any) -> &'static str {
    "echo"
}

async fn memo(_: ResourceRequest, _: Context) -> Result<String, Failure> {
    Ok("a memo".to_owned())
}

async fn greet(_: BTreeMap<String, String>, _: Context) -> Result<String, Failure> {
    Ok("hello".to_owned())
}

fn picture() -> Icon {
    Icon::new("https://example.org/a.svg")
        .mime("image/svg+xml")
        .size("any")
}

fn introduced() -> Door {
    let hints = ContentAnnotations::new().audience(Role::User).priority(0.5);
    let resource = ResourceSpec::new("memo://a", "a").size(6).icon(picture());
    let template = TemplateSpec::new("memo://{day}/all", "day").icon(picture());
    server()
        .title("Under Test")
        .description("is tested")
        .website("https://example.org")
        .icon(picture())
        .extension("com.example/charts", json!({"kinds": ["pie"]}))
        .tool(
            ToolSpec::new("echo")
                .icon(picture())
                .meta("com.example/a", 1),
            echo,
        )
        .resource(
            resource.annotations(hints.clone()).meta("com.example/a", 1),
            memo,
        )
        .template(template.annotations(hints), memo)
        .prompt(
            PromptSpec::new("greet").icon(picture()).title("Greet"),
            greet,
        )
        .in_memory()
}

#[tokio::test]
async fn lists_show_icons_hints_and_meta() {
    let door = introduced();
    for (method, key, expected) in [
        (
            "tools/list",
            "tools",
            json!({"icons": [picture()], "_meta": {"com.example/a": 1}}),
        ),
        (
            "resources/list",
            "resources",
            json!({"icons": [picture()], "_meta": {"com.example/a": 1}, "size": 6,
                   "annotations": {"audience": ["user"], "priority": 0.5}}),
        ),
        (
            "resources/templates/list",
            "resourceTemplates",
            json!({"icons": [picture()],
                   "annotations": {"audience": ["user"], "priority": 0.5}}),
        ),
        (
            "prompts/list",
            "prompts",
            json!({"icons": [picture()], "title": "Greet"}),
        ),
    ] {
        let list = door.ask(modern(method, json!({}))).await.result().await;
        for (field, value) in expected.as_object().expect("an object") {
            assert_eq!(&list[key][0][field], value, "{method}: {field}");
        }
    }
}

#[tokio::test]
async fn a_server_says_all_of_itself_where_it_is_asked_and_its_name_elsewhere() {
    let door = introduced();
    let server = "io.modelcontextprotocol/serverInfo";
    let full = json!({
        "name": "under test", "title": "Under Test", "version": "1.0.0",
        "description": "is tested", "websiteUrl": "https://example.org", "icons": [picture()],
    });
    let discovered = door
        .ask(modern("server/discover", json!({})))
        .await
        .result()
        .await;
    assert_eq!(discovered["_meta"][server], full);
    let list = door
        .ask(modern("tools/list", json!({})))
        .await
        .result()
        .await;
    let brief = json!({"name": "under test", "title": "Under Test", "version": "1.0.0"});
    assert_eq!(list["_meta"][server], brief);
    let opened = door
        .ask(Session::initialize("2025-11-25"))
        .await
        .result()
        .await;
    assert_eq!(opened["serverInfo"], full);
}

#[tokio::test]
async fn extensions_are_for_the_modern_era() {
    let door = introduced();
    let discovered = door
        .ask(modern("server/discover", json!({})))
        .await
        .result()
        .await;
    assert_eq!(
        discovered["capabilities"]["extensions"],
        json!({"com.example/charts": {"kinds": ["pie"]}})
    );
    let opened = door
        .ask(Session::initialize("2025-11-25"))
        .await
        .result()
        .await;
    assert_eq!(opened["capabilities"].get("extensions"), None);
}

#[test]
fn what_no_client_could_use_is_a_problem() {
    let insecure = || Icon::new("http://example.org/a.png");
    let refused: [(Server, &str); 14] = [
        (server().icon(insecure()), "https:"),
        (server().website("example"), "absolute"),
        (
            server().tool(ToolSpec::new("a").icon(insecure()), echo),
            "tool \"a\"",
        ),
        (
            server().prompt(PromptSpec::new("a").icon(insecure()), greet),
            "prompt \"a\"",
        ),
        (server().prompt("", greet), "needs a name"),
        (server().tool("", echo), "a name is"),
        (server().tool("a b", echo), "a name is"),
        (
            server().resource(ResourceSpec::new("a/b", "b"), memo),
            "absolute",
        ),
        (
            server().resource(ResourceSpec::new("a://b", ""), memo),
            "needs a name",
        ),
        (
            server().resource(ResourceSpec::new("a://b", "b").icon(insecure()), memo),
            "https:",
        ),
        (
            server().template(TemplateSpec::new("{a}/b", "b"), memo),
            "absolute",
        ),
        (
            server()
                .template(TemplateSpec::new("a://{b}", "b"), memo)
                .template(TemplateSpec::new("a://{b}", "c"), memo),
            "twice",
        ),
        (server().extension("charts", json!({})), "prefix/name"),
        (
            server().extension("com.example/charts", json!(true)),
            "an object",
        ),
    ];
    for (server, word) in refused {
        let error = server.try_service().expect_err(word).to_string();
        assert!(error.contains(word), "{word}: {error}");
    }
}
