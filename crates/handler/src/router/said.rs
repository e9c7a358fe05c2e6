//! What is said alike of tools, resources, templates and prompts, written once.

/// Gives a spec the setters of what people and models read.
macro_rules! said {
    ($spec:ident $(, $inner:tt)?) => {
        impl $spec {
            /// Sets the name people see.
            #[must_use]
            pub fn title(mut self, title: impl Into<String>) -> Self {
                self$(.$inner)?.title = Some(title.into());
                self
            }

            /// Says what it is, for the model that chooses it. Without it, the doc comment of the
            /// arguments' type does, where there are arguments.
            #[must_use]
            pub fn description(mut self, description: impl Into<String>) -> Self {
                self$(.$inner)?.description = Some(description.into());
                self
            }

            /// Adds a picture that stands for it, at an `https:` or `data:` URI.
            #[must_use]
            pub fn icon(mut self, icon: tidegate_model::Icon) -> Self {
                self$(.$inner)?.icons.push(icon);
                self
            }

            /// Adds an entry of `_meta`, where extensions and applications put what the protocol
            /// has no field for.
            #[must_use]
            pub fn meta(
                mut self,
                key: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                let meta = self$(.$inner)?.meta.get_or_insert_default();
                meta.insert(key.into(), value.into());
                self
            }
        }
    };
}

/// Gives a spec the setters of what can be read.
macro_rules! readable {
    ($spec:ident, $inner:tt) => {
        impl $spec {
            /// Sets the media type.
            #[must_use]
            pub fn mime(mut self, mime: impl Into<String>) -> Self {
                self.$inner.mime_type = Some(mime.into());
                self
            }

            /// Says for whom it is, how much it matters, and when it last changed.
            #[must_use]
            pub fn annotations(mut self, annotations: tidegate_model::ContentAnnotations) -> Self {
                self.$inner.annotations = Some(annotations);
                self
            }
        }
    };
}

pub(super) use {readable, said};
