//! Functions as resources.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin};

use tidegate_model::{Failure, Resource, ResourceContents};

use super::said::{readable, said};
use crate::context::Context;

/// A resource's URI and what is said of it.
#[derive(Clone, Debug)]
pub struct ResourceSpec(pub(crate) Resource);

said!(ResourceSpec, 0);
readable!(ResourceSpec, 0);

/// What is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceRequest {
    /// The resource's URI.
    pub uri: String,
    /// What the template's variables stand for in it.
    pub vars: BTreeMap<String, String>,
}

/// An async function that reads a resource: `async fn(ResourceRequest, Context) -> Result<R, Failure>`.
pub trait ResourceFn<R>: Send + Sync + 'static {
    /// Begins a read.
    fn begin(&self, request: ResourceRequest, cx: Context) -> Reading;
}

/// What a resource's function may return.
pub trait IntoContents: Send + 'static {
    /// Makes the contents of the resource at `uri`. A media type that is left out is the one the
    /// resource was registered with.
    fn into_contents(self, uri: &str) -> Vec<ResourceContents>;
}

/// A read under way.
pub(crate) type Reading =
    Pin<Box<dyn Future<Output = Result<Vec<ResourceContents>, Failure>> + Send>>;

pub(crate) type Read = Box<dyn Fn(ResourceRequest, Context) -> Reading + Send + Sync>;

/// A resource, ready to be read.
pub(crate) struct Entry {
    pub(crate) resource: Resource,
    pub(crate) read: Read,
}

// === impl Entry ===

/// Makes the reader of a resource or family with media type `mime`.
pub(crate) fn reader<R, F: ResourceFn<R>>(function: F, mime: Option<String>) -> Read {
    Box::new(move |request, cx| {
        let reading = function.begin(request, cx);
        let Some(mime) = mime.clone() else {
            return reading;
        };
        Box::pin(async move {
            let mut contents = reading.await?;
            for one in &mut contents {
                one.mime_type.get_or_insert_with(|| mime.clone());
            }
            Ok(contents)
        })
    })
}

// === impl ResourceSpec ===

impl ResourceSpec {
    /// Returns a resource's URI and name.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self(Resource::new(uri, name))
    }

    /// Sets how many bytes it has, before any Base64.
    #[must_use]
    pub const fn size(mut self, bytes: u64) -> Self {
        self.0.size = Some(bytes);
        self
    }
}

// === impl ResourceFn ===

impl<F, Fut, R> ResourceFn<R> for F
where
    F: Fn(ResourceRequest, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, Failure>> + Send + 'static,
    R: IntoContents,
{
    fn begin(&self, request: ResourceRequest, cx: Context) -> Reading {
        let uri = request.uri.clone();
        let read = self(request, cx);
        Box::pin(async move { Ok(read.await?.into_contents(&uri)) })
    }
}

// === impl IntoContents ===

impl IntoContents for ResourceContents {
    fn into_contents(self, _: &str) -> Vec<ResourceContents> {
        vec![self]
    }
}

impl IntoContents for Vec<ResourceContents> {
    fn into_contents(self, _: &str) -> Vec<ResourceContents> {
        self
    }
}

impl IntoContents for String {
    fn into_contents(self, uri: &str) -> Vec<ResourceContents> {
        vec![ResourceContents {
            uri: uri.to_owned(),
            mime_type: None,
            text: Some(self),
            blob: None,
            meta: None,
        }]
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resource.fmt(f)
    }
}
