//! Skills of bytes, and the rules they are held to.

use tidegate_skills::{Skill, digest, same_front_matter, verify};

pub(crate) const TEXT: &str = "---\nname: forms\ndescription: Fills in forms.\n---\n\nRead all.\n";

fn why(path: &str, files: &[(&str, &str)]) -> String {
    let files = files
        .iter()
        .map(|(path, content)| (*path, content.to_string()));
    Skill::new(path, files).expect_err("a fault").to_string()
}

#[test]
fn an_entry_says_what_its_files_are() {
    let files: [(&str, &[u8]); 3] = [
        ("references/the form.md", b"# Form"),
        ("SKILL.md", TEXT.as_bytes()),
        ("assets/seal", b"\xff\x00"),
    ];
    let skill = Skill::new("office/forms", files).expect("a skill");
    let entry = skill.entry();
    assert_eq!(entry.uri, "skill://office/forms/SKILL.md");
    assert_eq!(entry.directory(), Some("skill://office/forms"));
    assert_eq!(
        (entry.name(), entry.description()),
        ("forms", "Fills in forms.")
    );
    let listed: Vec<_> = entry.resources.listed().iter().collect();
    let uris: Vec<_> = listed.iter().map(|file| file.uri.as_str()).collect();
    assert_eq!(
        uris,
        [
            "skill://office/forms/SKILL.md",
            "skill://office/forms/assets/seal",
            "skill://office/forms/references/the%20form.md",
        ]
    );
    assert_eq!(listed[0].digest, digest(TEXT.as_bytes()));
    assert_eq!(listed[1].size, 2);
    for file in listed {
        let contents = skill.read(&file.uri).expect("served");
        if let Some(text) = contents.text {
            assert_eq!(verify(file, text.as_bytes()), Ok(()));
        } else {
            assert_eq!(contents.blob.as_deref(), Some("/wA="));
        }
    }
    assert_eq!(same_front_matter(TEXT, &entry.frontmatter), Ok(()));
    assert!(skill.read("skill://office/forms/none").is_none());
}

#[test]
fn resources_introduce_the_skill() {
    let skill = Skill::new("forms", [("SKILL.md", TEXT), ("a/run.py", "1")]).expect("a skill");
    let resources: Vec<_> = skill.resources().collect();
    assert_eq!(resources[0].name, "forms");
    assert_eq!(resources[0].description.as_deref(), Some("Fills in forms."));
    assert_eq!(resources[0].mime_type.as_deref(), Some("text/markdown"));
    assert_eq!(resources[1].name, "run.py");
    assert_eq!(resources[1].description, None);
}

#[test]
fn what_breaks_a_rule_says_which() {
    assert!(why("Forms", &[("SKILL.md", TEXT)]).contains("is its name"));
    assert!(why("../forms", &[("SKILL.md", TEXT)]).contains("is its name"));
    assert!(why("other", &[("SKILL.md", TEXT)]).contains("must be the directory's"));
    assert!(why("forms", &[("skill.md", TEXT)]).contains("no SKILL.md"));
    assert!(why("forms", &[("SKILL.md", "# Forms")]).contains("must begin with front matter"));
    let nameless = "---\ndescription: a\n---\n";
    assert!(why("forms", &[("SKILL.md", nameless)]).contains("`name`"));
    for description in ["", " ", &"a".repeat(1025)] {
        let text = format!("---\nname: forms\ndescription: {description:?}\n---\n");
        assert!(why("forms", &[("SKILL.md", &text)]).contains("`description`"));
    }
    for path in ["/a", "a/../b", "a//b", "", "a\nb"] {
        assert!(
            why("forms", &[("SKILL.md", TEXT), (path, "")]).contains("no path"),
            "{path}"
        );
    }
    assert!(why("forms", &[("SKILL.md", TEXT), ("SKILL.md", TEXT)]).contains("twice"));
}

#[test]
fn a_skill_is_as_large_as_every_client_takes() {
    let files = |count: usize| {
        let more = (1..count).map(|nth| (format!("{nth}.md"), String::new()));
        std::iter::once(("SKILL.md".to_owned(), TEXT.to_owned())).chain(more)
    };
    assert!(Skill::new("forms", files(512)).is_ok());
    assert!(Skill::new("forms", files(513)).is_err());
    let most = usize::try_from(Skill::MOST_BYTES).expect("fits") - TEXT.len();
    let large = |bytes: usize| {
        let text = TEXT.as_bytes().to_vec();
        Skill::new("forms", [("SKILL.md", text), ("large", vec![b'a'; bytes])])
    };
    assert!(large(most).is_ok());
    assert!(large(most + 1).is_err());
}
