//! Skills: listed and not read, and read only if they are what their entries say.

use serde_json::{Value, json};
use tidegate_client::{Client, SkillEntry, Unverified};
use tidegate_skills::digest;

use crate::fake::{Answer, Fake, Seen};

const URI: &str = "skill://office/forms/SKILL.md";
const TEXT: &str = "---\nname: forms\ndescription: Fills in forms.\n---\n\nRead references.\n";
const SECOND: &str = "skill://office/forms/references/a.md";

/// An entry that is right.
fn entry() -> Value {
    json!({
        "uri": URI,
        "frontmatter": {"name": "forms", "description": "Fills in forms."},
        "resources": [
            {"uri": URI, "digest": digest(TEXT.as_bytes()), "size": TEXT.len()},
            {"uri": SECOND, "digest": digest(b"\xff"), "size": 1},
        ],
    })
}

/// A server of one skill, whose `SKILL.md` and second file are these.
async fn serving(text: &'static str, blob: &'static str) -> Fake {
    Fake::modern(move |seen: &Seen| {
        let result = match (seen.method(), seen.body["params"]["uri"].as_str()) {
            ("server/discover", _) => json!({
                "resultType": "complete", "supportedVersions": ["2026-07-28"],
                "capabilities": {
                    "resources": {}, "extensions": {"io.modelcontextprotocol/skills": {}},
                },
                "ttlMs": 0, "cacheScope": "private",
            }),
            ("skills/list", _) => {
                json!({"skills": [entry(), {"uri": "skill://odd/SKILL.md", "resources": null}],
                       "ttlMs": 60_000, "cacheScope": "private"})
            }
            ("skills/get", Some(URI)) => json!({"skill": entry()}),
            ("resources/read", Some(URI)) => {
                json!({"contents": [{"uri": URI, "text": text}], "ttlMs": 60_000,
                       "cacheScope": "private"})
            }
            ("resources/read", Some(SECOND)) => {
                json!({"contents": [{"uri": SECOND, "blob": blob}]})
            }
            ("skills/get" | "resources/read", _) => {
                return Some(Answer::json(&seen.error(-32602, Value::Null)).status(400));
            }
            _ => return None,
        };
        Some(Answer::json(&seen.response(result)))
    })
    .await
}

async fn client(server: &Fake) -> Client {
    Client::connect(&server.url()).await.expect("connects")
}

fn reads(server: &Fake) -> usize {
    let methods = server.methods();
    methods
        .iter()
        .filter(|one| *one == "resources/read")
        .count()
}

fn changed(change: impl FnOnce(&mut Value)) -> SkillEntry {
    let mut entry = entry();
    change(&mut entry);
    serde_json::from_value(entry).expect("an entry")
}

#[tokio::test]
async fn listing_reads_nothing_and_leaves_out_what_is_no_entry() {
    let server = serving(TEXT, "/w==").await;
    let client = client(&server).await;
    let skills = client.list_skills().await.expect("skills");
    assert_eq!(skills.len(), 1);
    assert_eq!(skills[0], client.skill(URI).await.expect("the skill"));
    assert_eq!(skills[0].description(), "Fills in forms.");
    assert_eq!(reads(&server), 0);
    let none = client.skill("skill://none/SKILL.md").await;
    assert_eq!(none.expect_err("no skill").rpc_code(), Some(-32602));
}

#[tokio::test]
async fn what_is_as_its_entry_says_is_read_when_it_is_wanted() {
    let server = serving(TEXT, "/w==").await;
    let client = client(&server).await;
    let entry = client.skill(URI).await.expect("the skill");
    let skill = client.load_skill(entry.clone()).await.expect("loads");
    assert_eq!(skill.text(), TEXT);
    assert_eq!(reads(&server), 1);
    let file = skill.read("./references/a.md").await.expect("a file");
    assert_eq!(&file[..], b"\xff");
    assert_eq!(reads(&server), 2);
    for path in [
        "references/b.md",
        "../forms/SKILL.md",
        "../../SKILL.md",
        "/etc/passwd",
        "",
    ] {
        let refused = skill.read(path).await.expect_err(path);
        assert_eq!(
            refused.unverified_in(),
            Some(Unverified::Unlisted),
            "{path}"
        );
    }
    assert_eq!(reads(&server), 2, "what is not listed is not asked for");
    client.load_skill(entry).await.expect("loads");
    assert_eq!(
        reads(&server),
        3,
        "what was kept may be older than the entry"
    );
}

#[tokio::test]
async fn another_size_or_digest_is_refused() {
    for (text, expected) in [
        ("---\nname: forms\n---\n", Unverified::Size),
        (
            "---\nname: forms\ndescription: Fills in forms.\n---\n\nRead references!\n",
            Unverified::Digest,
        ),
    ] {
        let server = serving(text, "/w==").await;
        let client = client(&server).await;
        let entry = client.skill(URI).await.expect("the skill");
        let refused = client.load_skill(entry).await.expect_err("another text");
        assert_eq!(refused.unverified_in(), Some(expected));
        assert!(refused.to_string().contains(URI), "{refused}");
        assert_eq!(reads(&server), 1);
    }
}

#[tokio::test]
async fn another_front_matter_is_refused() {
    let server = serving(TEXT, "/w==").await;
    let client = client(&server).await;
    for change in [
        json!({"name": "forms", "description": "Reads them."}),
        json!({"name": "forms", "description": "Fills in forms.", "allowed-tools": "shell"}),
        json!({"name": "forms"}),
    ] {
        let entry = changed(|entry| entry["frontmatter"] = change.clone());
        let refused = client.load_skill(entry).await.expect_err("another entry");
        let in_what = refused.unverified_in();
        assert_eq!(in_what, Some(Unverified::FrontMatter), "{change}");
    }
}

#[tokio::test]
async fn another_second_file_is_refused() {
    for (blob, expected) in [("/g==", Unverified::Digest), ("//8=", Unverified::Size)] {
        let server = serving(TEXT, blob).await;
        let client = client(&server).await;
        let entry = client.skill(URI).await.expect("the skill");
        let skill = client.load_skill(entry).await.expect("loads");
        let refused = skill.read("references/a.md").await.expect_err("another");
        assert_eq!(refused.unverified_in(), Some(expected));
    }
}

#[tokio::test]
async fn an_entry_that_contradicts_itself_is_not_read() {
    let server = serving(TEXT, "/w==").await;
    let client = client(&server).await;
    let unsound: [fn(&mut Value); 6] = [
        |entry| entry["uri"] = json!("skill://office/forms"),
        |entry| entry["frontmatter"]["name"] = json!("other"),
        |entry| entry["resources"][1]["uri"] = json!("skill://office/other/a.md"),
        |entry| entry["resources"][1]["uri"] = json!("skill://office/forms-2/a.md"),
        |entry| entry["resources"][1] = entry["resources"][0].clone(),
        |entry| entry["resources"] = json!([]),
    ];
    for change in unsound {
        let refused = client.load_skill(changed(change)).await;
        let refused = refused.expect_err("unsound");
        assert_eq!(
            refused.unverified_in(),
            Some(Unverified::Entry),
            "{refused}"
        );
    }
    let dynamic = changed(|entry| entry["resources"] = json!("dynamic"));
    let refused = client.load_skill(dynamic).await.expect_err("dynamic");
    assert_eq!(refused.unverified_in(), Some(Unverified::Dynamic));
    assert_eq!(reads(&server), 0);
}

#[tokio::test]
async fn a_server_without_skills_is_not_asked_for_them() {
    let server = Fake::modern(|_| None).await;
    let client = client(&server).await;
    assert!(
        client
            .list_skills()
            .await
            .expect_err("no skills")
            .is_input()
    );
    assert!(client.skill(URI).await.expect_err("no skills").is_input());
    assert_eq!(server.methods(), ["server/discover"]);
}

#[cfg(feature = "in-process")]
#[tokio::test]
async fn our_own_server_is_believed() {
    use tidegate_handler::{Router, Skill};

    let files: [(&str, &[u8]); 3] = [
        ("SKILL.md", TEXT.as_bytes()),
        ("references/the form.md", "# Ä\r\n".as_bytes()),
        ("seal", b"\xff\x00"),
    ];
    let skill = Skill::new("office/forms", files).expect("a skill");
    let router = Router::new("skilled", "1.0.0").skill(skill);
    let client = Client::in_process(router).await.expect("connects");
    let [entry]: [SkillEntry; 1] = client
        .list_skills()
        .await
        .expect("skills")
        .try_into()
        .expect("one");
    let skill = client.load_skill(entry).await.expect("loads");
    for (path, content) in [
        ("SKILL.md", files[0].1),
        ("references/the%20form.md", files[1].1),
        ("references/the form.md", files[1].1),
        ("seal", files[2].1),
    ] {
        assert_eq!(skill.read(path).await.expect(path), content);
    }
}
