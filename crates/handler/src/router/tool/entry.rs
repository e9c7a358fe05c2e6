//! A registered tool: what its author said of it, checked once, and how it is called.

use std::{fmt, sync::Arc, time::Duration};

use schemars::JsonSchema;
use serde_json::Value;
use tidegate_model::{HeaderParam, Raw, Scopes, Tool};

use super::runner::Run;
use crate::{
    context::Context,
    handler::{Durable, Reply},
    router::{
        arguments::{self, Checker},
        checks::{self, is_tool_name},
        promise::{Promise, Returns},
        spec::ToolSpec,
    },
};

/// A tool, ready to be called.
pub(crate) struct Entry {
    pub(crate) tool: Tool,
    pub(crate) header_params: Vec<HeaderParam>,
    checker: Checker,
    promise: Option<Arc<Promise>>,
    deadline: Option<Duration>,
    pub(crate) durable: Durable,
    pub(crate) scopes: Scopes,
    run: Run,
}

// === impl Entry ===

impl Entry {
    /// Makes a tool of what its author said and wrote.
    ///
    /// # Errors
    ///
    /// When its name or its schema is none.
    pub(crate) fn new<A: JsonSchema>(
        spec: ToolSpec,
        returns: Returns,
        run: Run,
    ) -> Result<Self, String> {
        let name = &spec.name;
        let fail = |why: &dyn fmt::Display| format!("tool {name:?}: {why}");
        if !is_tool_name(name) {
            return Err(fail(&"a name is 1 to 128 of A-Z a-z 0-9 _ - ."));
        }
        let (derived, described) = arguments::schema_of::<A>();
        let by_hand = spec.input_schema.is_some();
        let input_schema = spec.input_schema.unwrap_or_else(|| derived.into());
        let schema: Value = input_schema.decode().map_err(|why| fail(&why))?;
        if schema.get("type").is_none_or(|kind| kind != "object") {
            return Err(fail(&"the schema of the arguments must be of type object"));
        }
        let header_params = tidegate_era::header_params(&schema).map_err(|why| fail(&why))?;
        let checker =
            Checker::new(schema, input_schema.bytes().len(), by_hand).map_err(|why| fail(&why))?;
        let promise = Promise::new(name, returns.fit, spec.output_schema.as_ref());
        let promise = promise.map_err(|why| fail(&why))?;
        if let Some(problem) = checks::icons(&format!("tool {name:?}"), &spec.icons).next() {
            return Err(problem);
        }
        let description = spec.description.or(described);
        Ok(Self {
            tool: Tool {
                title: spec.title,
                description: description.unwrap_or_else(|| name.clone()),
                input_schema,
                output_schema: spec.output_schema.or(returns.schema.map(Raw::from)),
                annotations: spec.annotations,
                icons: spec.icons,
                meta: spec.meta,
                name: spec.name,
            },
            header_params,
            checker,
            promise,
            deadline: spec.deadline,
            scopes: spec.scopes,
            durable: spec.durable,
            run,
        })
    }

    pub(crate) fn call(&self, arguments: Option<&Raw>, cx: Context) -> Reply {
        let promise = self.promise.as_ref();
        let due = promise.and_then(|promise| promise.due(cx.caller().facts));
        let mut reply = (self.run)(&self.checker, arguments, cx);
        if let Reply::Running(work) = &mut reply {
            work.deadline = self.deadline;
            work.durable = self.durable;
        }
        match due {
            None => reply,
            Some(due) => due.keep(reply),
        }
    }

    /// Returns the tool as callers see it whose structured results are objects.
    pub(crate) fn for_objects(&self) -> Option<Tool> {
        let schema: Value = self.tool.output_schema.as_ref()?.decode().ok()?;
        let is_object = schema.get("type").is_some_and(|kind| kind == "object");
        (!is_object).then(|| Tool {
            output_schema: None,
            ..self.tool.clone()
        })
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tool.fmt(f)
    }
}
