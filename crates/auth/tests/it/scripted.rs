//! A fetcher that answers as it is told, and counts.

use std::{collections::HashMap, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt as _};
use http::HeaderValue;
use parking_lot::Mutex;
use tidegate_auth::fetch::{Document, Fetch, Unfetched};
use tokio::sync::Notify;
use url::Url;

/// A fetcher that answers as it is told.
#[derive(Clone, Default)]
pub(crate) struct Scripted(Arc<Inner>);

#[derive(Default)]
struct Inner {
    documents: Mutex<HashMap<String, Result<Document, Unfetched>>>,
    asked: Mutex<Vec<String>>,
    held: Mutex<bool>,
    go: Notify,
}

// === impl Scripted ===

impl Scripted {
    /// Sets what is at a URL.
    pub(crate) fn put(&self, url: &str, body: &str, max_age: Option<u64>) {
        let document = Document {
            body: body.to_owned().into(),
            max_age,
        };
        self.0.documents.lock().insert(url.to_owned(), Ok(document));
    }

    /// Lets a URL fail.
    pub(crate) fn fail(&self, url: &str, why: Unfetched) {
        self.0.documents.lock().insert(url.to_owned(), Err(why));
    }

    /// Lets answers wait from now on.
    pub(crate) fn hold(&self) {
        *self.0.held.lock() = true;
    }

    /// Lets answers go.
    pub(crate) fn release(&self) {
        *self.0.held.lock() = false;
        self.0.go.notify_waiters();
    }

    /// Returns how often anything was asked for.
    pub(crate) fn count(&self) -> usize {
        self.0.asked.lock().len()
    }

    fn answer(&self, url: &Url) -> BoxFuture<'static, Result<Document, Unfetched>> {
        let (inner, url) = (self.0.clone(), url.to_string());
        inner.asked.lock().push(url.clone());
        async move {
            loop {
                let go = inner.go.notified();
                if !*inner.held.lock() {
                    break;
                }
                go.await;
            }
            let documents = inner.documents.lock();
            documents
                .get(&url)
                .cloned()
                .unwrap_or(Err(Unfetched::Status(404)))
        }
        .boxed()
    }
}

impl Fetch for Scripted {
    fn get(&self, url: Url) -> BoxFuture<'static, Result<Document, Unfetched>> {
        self.answer(&url)
    }

    fn post_form(
        &self,
        url: Url,
        _: HeaderValue,
        _: String,
    ) -> BoxFuture<'static, Result<Document, Unfetched>> {
        self.answer(&url)
    }
}
