use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tokio::net::UnixStream;

use super::site::{Site, exchange};
use crate::config::{AdminListen, FileAccess, Framing, LocalRules, UnixListen, UnixName};
use crate::gateway::admin::AdminListener;

fn at(path: &Path) -> AdminListen {
    AdminListen::Unix(UnixListen {
        name: UnixName::Path(path.to_owned()),
        framing: Framing::U32Be,
        allow: LocalRules::Default,
        file: FileAccess::default(),
        proxy: None,
    })
}

#[tokio::test]
async fn a_unix_socket_answers_for_its_owner_and_group_and_goes_with_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admin.sock");
    let site = Site::at(&at(&path)).await;
    assert_eq!(site.address, format!("unix:{}", path.display()));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let reply = exchange(UnixStream::connect(&path).await.unwrap(), "GET", "/livez").await;
    assert_eq!(reply.status(), 200);
    site.stopped().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_unix_socket_that_answers_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admin.sock");
    let listen = at(&path);
    let site = Site::at(&listen).await;
    let error = AdminListener::bind(&listen, Default::default()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let reply = exchange(UnixStream::connect(&path).await.unwrap(), "GET", "/livez").await;
    assert_eq!(reply.status(), 200);
    site.stopped().await;
}
