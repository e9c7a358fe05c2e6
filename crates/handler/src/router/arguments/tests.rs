use serde::Deserialize;
use serde_json::json;

use super::*;

/// Moves a boat.
#[derive(Deserialize, JsonSchema, Debug, PartialEq)]
struct Sail {
    /// How far, in miles.
    miles: u32,
    harbour: Option<String>,
}

#[derive(Deserialize, JsonSchema, Debug, PartialEq)]
struct Crew {
    #[schemars(range(min = 1, max = 12))]
    hands: u32,
}

fn checker<T: JsonSchema>() -> Checker {
    Checker::new(schema_of::<T>().0, 0, false).expect("a schema")
}

#[test]
fn a_derived_schema_has_the_doc_comments() {
    let (schema, description) = schema_of::<Sail>();
    assert_eq!(description.as_deref(), Some("Moves a boat."));
    assert_eq!(
        schema["properties"]["miles"]["description"],
        "How far, in miles."
    );
    assert_eq!(schema["type"], "object");
}

#[test]
fn only_bounds_that_serde_does_not_keep_need_the_validator() {
    assert!(!checker::<Sail>().always);
    assert!(checker::<Crew>().always);
}

#[test]
fn a_refusal_names_the_place_and_the_reason() {
    let raw = Raw::from(json!({"hands": 40}));
    let failure = checker::<Crew>()
        .decode::<Crew>(Some(&raw))
        .expect_err("too many");
    assert!(failure.is_tool());
    assert!(
        failure
            .message()
            .contains("arguments.hands: 40 is greater than the maximum of 12"),
        "{failure}"
    );

    let raw = Raw::from(json!({"miles": "far"}));
    let failure = checker::<Sail>()
        .decode::<Sail>(Some(&raw))
        .expect_err("no number");
    assert!(failure.message().contains("arguments.miles"), "{failure}");

    let failure = checker::<Sail>().decode::<Sail>(None).expect_err("missing");
    assert!(
        failure
            .message()
            .contains("\"miles\" is a required property"),
        "{failure}"
    );
}

#[test]
fn what_fits_is_decoded() {
    let raw = Raw::from(json!({"hands": 4}));
    assert_eq!(
        checker::<Crew>().decode::<Crew>(Some(&raw)).expect("fits"),
        Crew { hands: 4 }
    );
    let raw = Raw::from(json!({"miles": 3, "harbour": null}));
    let sail = checker::<Sail>().decode::<Sail>(Some(&raw)).expect("fits");
    assert_eq!(
        sail,
        Sail {
            miles: 3,
            harbour: None
        }
    );
}

#[test]
fn a_schema_that_is_none_is_refused() {
    assert!(Checker::new(json!({"type": 7}), 0, true).is_err());
}
