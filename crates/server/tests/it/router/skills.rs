//! Skills: listed, read, and walked through, by callers of both eras.

use serde_json::{Value, json};
use tidegate_handler::{Handler as _, Live, ResourceSpec, Router, Skill};
use tidegate_server::Server;
use tidegate_testkit::{Door, InMemory, Request, Session, modern, server};

fn skill(path: &str, more: &[(&str, &'static [u8])]) -> Skill {
    let name = path.rsplit('/').next().unwrap_or_default();
    let text = format!("---\nname: {name}\ndescription: Does {name}.\nversion: 1.5\n---\n\n# Do\n");
    let manifest = ("SKILL.md", text.into_bytes());
    let more = more.iter().map(|(path, content)| (*path, content.to_vec()));
    Skill::new(path, [manifest].into_iter().chain(more)).expect("a skill")
}

fn skills() -> Vec<Skill> {
    vec![
        skill("git", &[]),
        skill(
            "office/forms",
            &[
                ("references/a.md", b"# A"),
                ("references/more/seal.png", b"\xff"),
            ],
        ),
    ]
}

/// What a modern caller reads of a resource.
fn read(uri: &str) -> Request {
    modern("resources/read", json!({"uri": uri})).header("mcp-name", uri)
}

async fn result(door: &Door, method: &str, params: Value) -> Value {
    door.ask(modern(method, params)).await.result().await
}

fn names(list: &Value, key: &str) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one[key].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn the_list_is_a_whole_manifest() {
    let door = server().skills(skills()).in_memory();
    let discovered = result(&door, "server/discover", json!({})).await;
    let capabilities = &discovered["capabilities"];
    assert_eq!(
        capabilities["extensions"],
        json!({"io.modelcontextprotocol/skills": {"directoryRead": true}})
    );
    assert!(capabilities["resources"].is_object());

    let list = result(&door, "skills/list", json!({})).await;
    assert_eq!(list["ttlMs"], 60_000);
    assert_eq!(list["cacheScope"], "public");
    let uris = ["skill://git/SKILL.md", "skill://office/forms/SKILL.md"];
    assert_eq!(names(&list["skills"], "uri"), uris);
    assert_eq!(
        list["skills"][1]["frontmatter"],
        json!({"name": "forms", "description": "Does forms.", "version": 1.5})
    );
    let files = &list["skills"][1]["resources"];
    assert_eq!(
        names(files, "uri"),
        [
            "skill://office/forms/SKILL.md",
            "skill://office/forms/references/a.md",
            "skill://office/forms/references/more/seal.png",
        ]
    );
    assert_eq!(files[1]["size"], 3);

    for skill in list["skills"].as_array().expect("skills") {
        let one = result(&door, "skills/get", json!({"uri": skill["uri"]})).await;
        assert_eq!(&one["skill"], skill);
        assert_eq!(one["ttlMs"], 60_000);
        assert!(one.get("nextCursor").is_none());
    }
}

#[tokio::test]
async fn an_entry_is_on_one_page_and_pages_have_an_end() {
    let router = Router::new("paged", "1.0.0").page_size(1).skills(skills());
    let door = Server::from_router(router).in_memory();
    let first = result(&door, "skills/list", json!({})).await;
    let cursor = json!({"cursor": first["nextCursor"]});
    let second = result(&door, "skills/list", cursor).await;
    assert_eq!(names(&first["skills"], "uri"), ["skill://git/SKILL.md"]);
    assert_eq!(
        names(&second["skills"], "uri"),
        ["skill://office/forms/SKILL.md"]
    );
    assert!(second.get("nextCursor").is_none());
}

#[tokio::test]
async fn every_file_is_a_resource_in_both_eras() {
    let door = server().skills(skills()).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    for skill in skills() {
        for file in skill.entry().resources.listed() {
            let uri = file.uri.as_str();
            let modern = door.ask(read(uri)).await.result().await;
            let old = session.request("resources/read", json!({"uri": uri}));
            let old = session.ask(old).await.result().await;
            assert_eq!(modern["contents"], old["contents"]);
            let expected = serde_json::to_value(skill.read(uri)).expect("JSON");
            assert_eq!(modern["contents"], json!([expected]));
        }
    }
    let list = result(&door, "resources/list", json!({})).await;
    assert_eq!(names(&list["resources"], "name"), ["git", "forms"]);
    assert_eq!(list["resources"][1]["description"], "Does forms.");
    assert_eq!(list["resources"][1]["mimeType"], "text/markdown");
    let none = door.ask(read("skill://git/none.md")).await;
    assert_eq!(none.error().await, -32602);
}

#[tokio::test]
async fn directories_show_their_children_and_nothing_below() {
    let nested = skill("office/forms/old", &[]);
    let outer = skill(
        "office/forms",
        &[
            ("references/more/seal.png", b"\xff"),
            ("old/SKILL.md", b"---\nname: old\n---\n"),
        ],
    );
    for skills in [[outer.clone(), nested.clone()], [nested, outer]] {
        let door = server().skills(skills).in_memory();
        let method = "resources/directory/read";
        let root = result(&door, method, json!({"uri": "skill://office/forms"})).await;
        let children = &root["resources"];
        assert_eq!(names(children, "name"), ["forms", "old", "references"]);
        assert_eq!(
            names(children, "mimeType"),
            ["text/markdown", "inode/directory", "inode/directory"]
        );
        assert!(root.get("ttlMs").is_none());
        let old = result(&door, method, json!({"uri": "skill://office/forms/old"})).await;
        assert_eq!(names(&old["resources"], "name"), ["old"]);
        let more = json!({"uri": "skill://office/forms/references/more"});
        let more = result(&door, method, more).await;
        assert_eq!(names(&more["resources"], "mimeType"), ["image/png"]);
        for uri in [
            "skill://office/forms/SKILL.md",
            "skill://office/forms/",
            "skill://none",
            "",
        ] {
            let refused = door.ask(modern(method, json!({"uri": uri}))).await;
            assert_eq!(refused.error().await, -32602, "{uri}");
        }
    }
}

#[tokio::test]
async fn what_is_no_skill_is_refused() {
    let door = server().skills(skills()).in_memory();
    for params in [
        json!({"uri": "skill://none/SKILL.md"}),
        json!({"uri": "skill://git"}),
        json!({"uri": "skill://office/forms/references/a.md"}),
        json!({"uri": 1}),
        json!({}),
    ] {
        let refused = door.ask(modern("skills/get", params.clone())).await;
        assert_eq!(refused.error().await, -32602, "{params}");
    }
}

#[tokio::test]
async fn methods_are_there_when_skills_are() {
    let none = server().in_memory();
    let settled = Router::new("settled", "1.0.0")
        .skills(skills())
        .extension("io.modelcontextprotocol/skills", json!({}));
    let settled = Server::from_router(settled).in_memory();
    let session_door = server().skills(skills()).in_memory();
    let session = Session::open(&session_door, "2025-11-25").await;
    for method in ["skills/list", "skills/get", "resources/directory/read"] {
        let params = json!({"uri": "skill://git/SKILL.md"});
        let refused = none.ask(modern(method, params.clone())).await;
        assert_eq!(refused.error().await, -32601, "{method}");
        let refused = session.ask(session.request(method, params)).await;
        assert_eq!(refused.error().await, -32601, "{method}");
    }
    assert!(result(&settled, "skills/list", json!({})).await["skills"].is_array());
    let params = json!({"uri": "skill://git"});
    let refused = settled
        .ask(modern("resources/directory/read", params))
        .await;
    assert_eq!(refused.error().await, -32601);
}

#[tokio::test]
async fn skills_change_while_they_are_served() {
    let live = Live::new(Router::new("changing", "1.0.0").skills(skills()));
    let door = Server::from_handler(live.clone()).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let uri = "skill://office/forms/references/a.md";
    let watched = session.request("resources/subscribe", json!({"uri": uri}));
    session.ask(watched).await.result().await;
    let mut standing = session.ask(session.get()).await;

    let new = skill("office/forms", &[("references/a.md", b"# B")]);
    live.change(|router| {
        router
            .without_skill("skill://office/forms/SKILL.md")
            .skill(new)
    })
    .expect("changed");
    let told = [standing.message().await, standing.message().await];
    let mut told: Vec<_> = told
        .iter()
        .map(|told| told.as_ref().expect("a change")["method"].clone())
        .collect();
    told.sort_by_key(Value::to_string);
    assert_eq!(
        told,
        [
            "notifications/resources/list_changed",
            "notifications/resources/updated"
        ]
    );
    let now = door.ask(read(uri)).await.result().await;
    assert_eq!(now["contents"][0]["text"], "# B");
    let gone = read("skill://office/forms/references/more/seal.png");
    assert_eq!(door.ask(gone).await.error().await, -32602);

    let twice = live.change(|router| router.skills(skills()));
    assert!(
        twice
            .expect_err("doubles")
            .to_string()
            .contains("is there twice")
    );
}

#[test]
fn a_resource_and_a_file_of_a_skill_cannot_be_at_one_uri() {
    let spec = ResourceSpec::new("skill://git/SKILL.md", "git");
    let router = Router::new("double", "1.0.0")
        .skills(skills())
        .resource(spec, async |_, _| Ok("mine".to_owned()));
    assert_eq!(
        router.problems(),
        ["resource \"skill://git/SKILL.md\" is a file of a skill, too"]
    );
}
