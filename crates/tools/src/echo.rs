//! `echo`: gives back what it is given. Nothing is cheaper, so this is what a call itself costs.

use schemars::JsonSchema;
use serde::Deserialize;

/// Returns the message as it is.
// Its schema asks for no more than serde enforces: a range or a length would put the validator on
// the path that the benchmark measures.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Echo {
    /// What comes back.
    message: String,
}

/// Returns the message of `args`.
pub(crate) async fn echo(args: Echo) -> String {
    args.message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_goes_in_comes_out() {
        let args = serde_json::from_str(r#"{"message":"tide \ud83c\udf0a\n"}"#).unwrap();
        assert_eq!(echo(args).await, "tide 🌊\n");
    }
}
