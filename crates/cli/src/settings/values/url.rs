//! URLs of authentication. What is wrong with one is said without it: somebody may have put a password
//! into it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use tidegate_auth::{Error, Introspection, Issuer, Resource};

/// Makes a type of URL: its name, and who judges it.
macro_rules! url {
    ($(#[$doc:meta])* $name:ident, $judge:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(String);

        impl $name {
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let judged: Result<(), Error> = $judge(&text);
                judged.map(|()| Self(text)).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "format": "uri", "x-form": "URL"})
            }
        }
    };
}

url!(
    /// Who issues tokens.
    IssuerUrl, |text: &str| Issuer::new(text).map(drop)
);
url!(
    /// Where an issuer's keys are.
    KeysUrl, |text: &str| Issuer::new("https://issuer.invalid")?.keys_at(text).map(drop)
);
url!(
    /// Where an issuer says what a token is.
    EndpointUrl, |text: &str| Introspection::new(text, "", "").map(drop)
);
url!(
    /// This server, as the world knows it.
    PublicUrl, |text: &str| Resource::new(text, "").map(drop)
);

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_url_is_https_or_on_this_machine_and_no_password_is_repeated() {
        for good in ["https://as.example/t1", "http://127.0.0.1:9/x"] {
            let read = [
                from_value::<IssuerUrl>(json!(good)).map(|url| url.0),
                from_value::<KeysUrl>(json!(good)).map(|url| url.0),
                from_value::<EndpointUrl>(json!(good)).map(|url| url.0),
                from_value::<PublicUrl>(json!(good)).map(|url| url.0),
            ];
            for url in read {
                assert_eq!(url.unwrap(), good);
            }
        }
        for bad in [
            "as.example",
            "http://as.example",
            "https://ann:hunter2@as.example",
        ] {
            let read = [
                from_value::<IssuerUrl>(json!(bad)).map(|url| url.0),
                from_value::<KeysUrl>(json!(bad)).map(|url| url.0),
                from_value::<EndpointUrl>(json!(bad)).map(|url| url.0),
                from_value::<PublicUrl>(json!(bad)).map(|url| url.0),
            ];
            for url in read {
                let why = url.unwrap_err().to_string();
                assert!(!why.contains("hunter2") && why.contains('"'), "{why}");
            }
        }
    }
}
