//! Certificates that are replaced while the server runs.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use rustls_pki_types::CertificateDer;
use serde_json::json;
use tempfile::TempDir;
use tidegate_server::{Pem, Server, Tls};
use tidegate_testkit::{Door, PATIENCE, Run, call};
use tokio::time::{Instant, sleep};

use super::{
    authority::{Authority, Signed},
    caller::Caller,
};
use crate::faults::tools::{echo, logged, say, server_with, stepping, text};

/// How often the files are looked at here.
const OFTEN: Duration = Duration::from_millis(20);

/// How long something that must not happen is waited for: many looks.
const MANY_LOOKS: Duration = Duration::from_millis(400);

struct Files {
    folder: TempDir,
}

// === impl Files ===

impl Files {
    fn of(signed: &Signed) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Self { folder };
        files.replace(signed);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn replace(&self, signed: &Signed) {
        write(self.folder.path(), signed);
    }

    fn tls(&self) -> Tls {
        let mut tls = Tls::files(self.path("chain.pem"), self.path("key.pem"));
        tls.reload_every = OFTEN;
        tls
    }
}

fn write(folder: &Path, signed: &Signed) {
    fs::write(folder.join("chain.pem"), &signed.certificate).expect("written");
    fs::write(folder.join("key.pem"), &signed.key).expect("written");
}

/// Waits until new connections see this certificate.
async fn until_seen(caller: &Caller, door: &Door, wanted: &CertificateDer<'_>) {
    let until = Instant::now() + PATIENCE;
    while caller.sees(door).await != *wanted {
        assert!(Instant::now() < until, "the new certificate is never seen");
        sleep(OFTEN).await;
    }
}

fn echoing(files: &Files) -> Server {
    tidegate_testkit::server()
        .tool("echo", echo)
        .tls(files.tls())
}

#[tokio::test]
async fn a_stream_goes_on_while_the_certificate_changes_under_it() {
    let authority = Authority::new("ours");
    let (old, new) = (authority.server(), authority.server());
    let files = Files::of(&old);
    let (tool, steps) = stepping();
    let server = server_with("steps", tool).tls(files.tls()).run().await;
    let caller = Caller::trusting(&authority);
    assert_eq!(caller.sees(&server).await, old.der);

    let request = call("steps", json!({ "n": 3 })).logs("info");
    steps.add_permits(1);
    let mut answer = caller.open(&server).await.send(request).await;
    assert!(answer.message().await.is_some(), "the stream has begun");

    files.replace(&new);
    until_seen(&caller, &server, &new.der).await;

    steps.add_permits(2);
    let (messages, connection) = answer.rest().await;
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert_eq!(text(&messages[2]["result"]), "done");
    assert_eq!(logged(&messages[..2]), ["2", "3"]);
    // The connection outlives its old certificate, too.
    let result = connection.send(call("echo", say("again"))).await.result();
    assert_eq!(text(&result.await), "again");
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_served_leaves_the_old_one() {
    let authority = Authority::new("ours");
    let (old, new) = (authority.server(), authority.server());
    let files = Files::of(&old);
    let server = echoing(&files).run().await;
    let caller = Caller::trusting(&authority);

    let mismatched = Signed {
        key: authority.server().key,
        ..new.clone()
    };
    let half = Signed {
        certificate: new.certificate[..new.certificate.len() / 2].to_owned(),
        ..new.clone()
    };
    let empty = Signed {
        certificate: String::new(),
        key: String::new(),
        ..new.clone()
    };
    for bad in [mismatched, half, empty] {
        files.replace(&bad);
        sleep(MANY_LOOKS).await;
        assert_eq!(caller.sees(&server).await, old.der);
    }
    fs::remove_file(files.path("key.pem")).expect("it was there");
    sleep(MANY_LOOKS).await;
    assert_eq!(caller.sees(&server).await, old.der);

    files.replace(&new);
    until_seen(&caller, &server, &new.der).await;
    server.stop().await;
}

#[tokio::test]
async fn a_link_that_is_swapped_is_a_change() {
    let authority = Authority::new("ours");
    let (old, new) = (authority.server(), authority.server());
    // As a volume of Kubernetes does it: the files are links into a folder that is a link itself.
    let volume = Files::of(&old);
    for (folder, signed) in [("v1", &old), ("v2", &new)] {
        fs::create_dir(volume.path(folder)).expect("a folder");
        write(&volume.path(folder), signed);
    }
    symlink("v1", volume.path("data")).expect("a link");
    for file in ["chain.pem", "key.pem"] {
        fs::remove_file(volume.path(file)).expect("it was there");
        symlink(Path::new("data").join(file), volume.path(file)).expect("a link");
    }
    let server = echoing(&volume).run().await;
    let caller = Caller::trusting(&authority);
    assert_eq!(caller.sees(&server).await, old.der);
    symlink("v2", volume.path("next")).expect("a link");
    fs::rename(volume.path("next"), volume.path("data")).expect("swapped");
    until_seen(&caller, &server, &new.der).await;
    server.stop().await;
}

#[tokio::test]
async fn the_authority_of_clients_can_be_replaced() {
    let [ours, before, after] = ["ours", "before", "after"].map(Authority::new);
    let files = Files::of(&ours.server());
    let trusted = files.path("clients.pem");
    fs::write(&trusted, before.certificate()).expect("written");
    let tls = files.tls().client_ca(Pem::File(trusted.clone()));
    let server = echoing(&files).tls(tls).run().await;
    let [old, new] = [before.client("old"), after.client("new")]
        .map(|own| Caller::trusting(&ours).showing(&own));
    let ask = || call("echo", say("hello"));
    let open = old.open(&server).await;
    let answer = open.send(ask()).await;
    assert_eq!(answer.status, 200);
    let (_, open) = answer.rest().await;
    new.is_refused(&server).await;

    fs::write(&trusted, after.certificate()).expect("written");
    let until = Instant::now() + PATIENCE;
    while is_let_in(&old, &server).await {
        assert!(
            Instant::now() < until,
            "the old authority is trusted for ever"
        );
        sleep(OFTEN).await;
    }
    assert!(is_let_in(&new, &server).await);
    // Who was let in may stay.
    assert_eq!(open.send(ask()).await.status, 200);
    server.stop().await;
}

async fn is_let_in(caller: &Caller, door: &Door) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let asked = async {
        let mut stream = caller.try_connect(door).await?;
        stream
            .write_all(&call("echo", say("hello")).bytes())
            .await?;
        stream.read_u8().await
    };
    asked.await.is_ok()
}
