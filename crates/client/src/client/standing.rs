//! What outlives a call: subscriptions, roots, the session.

use tokio::time::timeout;

use super::Client;
use crate::{
    endpoint::modern,
    error::Error,
    listen::{self, Listening, Topics},
};

impl Client {
    /// Listens to what changes on the server, in whichever era it speaks.
    ///
    /// ```no_run
    /// # async fn run(client: tidegate_client::Client) -> Result<(), tidegate_client::Error> {
    /// use tidegate_client::{Change, Topics};
    ///
    /// let topics = Topics::lists().resource("file:///notes.txt");
    /// let mut listening = client.listen(topics).await?;
    /// while let Some(change) = listening.next().await {
    ///     match change? {
    ///         Change::Tools => eprintln!("{} tools now", client.list_tools().await?.len()),
    ///         other => eprintln!("{other:?}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the server tells none of these changes, or cannot be reached.
    pub async fn listen(&self, topics: Topics) -> Result<Listening, Error> {
        listen::begin(&self.dispatch, topics).await
    }

    /// Tells the server that the roots have changed: it asks for them again if it wants them. In
    /// the modern era servers ask each time, and are not told.
    ///
    /// # Errors
    ///
    /// When the client has no roots, or the server cannot be told.
    pub async fn roots_changed(&self) -> Result<(), Error> {
        let wire = &self.dispatch.wire;
        if wire.asks.roots.is_none() {
            return Err(Error::input("the client has no roots; see Builder::roots"));
        }
        let Some(session) = self.dispatch.session() else {
            return Ok(());
        };
        let within = wire.limits.handshake;
        let sent = timeout(within, wire.send(session.current().roots_changed(wire))).await;
        let status = sent
            .map_err(|_| Error::timeout("the server was not told of new roots", within))??
            .status();
        if status.is_success() {
            return Ok(());
        }
        Err(Error::refused(status, "notifications/roots/list_changed"))
    }

    /// Ends the session, if there is one, and with it what listens; over HTTP there is nothing to
    /// end in the modern era. A child process is waited for until it has ended.
    ///
    /// # Errors
    ///
    /// When the server cannot be told. The session then ends by itself, in time.
    pub async fn close(&self) -> Result<(), Error> {
        let wire = &self.dispatch.wire;
        let request = match self.dispatch.session() {
            Some(session) => session.current().delete(wire),
            None => wire.is_channel.then(|| modern::close(wire)),
        };
        let Some(request) = request else {
            return Ok(());
        };
        self.dispatch.rest();
        let within = wire.limits.handshake;
        let sent = timeout(within, wire.send(request)).await;
        let status = sent
            .map_err(|_| Error::timeout("the session was not ended", within))??
            .status();
        match status {
            // Ended already, or no server whose sessions clients end.
            http::StatusCode::NOT_FOUND | http::StatusCode::METHOD_NOT_ALLOWED => Ok(()),
            status if status.is_success() => Ok(()),
            status => Err(Error::refused(status, "the session was not ended")),
        }
    }
}
