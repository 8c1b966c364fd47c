use super::site::Site;

#[tokio::test]
async fn a_live_and_ready_gateway_says_so() {
    let site = Site::start().await;
    for (path, body) in [("/livez", "live\n"), ("/readyz", "ready\n"), ("/readyz?x=1", "ready\n")] {
        let reply = site.get(path).await;
        assert_eq!((reply.status(), reply.body.as_str()), (200, body), "{path}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    site.stopped().await;
}

#[tokio::test]
async fn a_gateway_that_is_not_ready_gives_every_reason_and_stays_live() {
    let site = Site::start().await;
    *site.gateway.reasons.lock().unwrap() =
        vec!["draining".to_owned(), "bridge orders: not bound".to_owned()];
    let reply = site.get("/readyz").await;
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.body, "draining\nbridge orders: not bound\n");
    assert_eq!(site.get("/livez").await.status(), 200);
    site.stopped().await;
}

#[tokio::test]
async fn metrics_come_as_plain_prometheus_text() {
    let site = Site::start().await;
    let reply = site.get("/metrics").await;
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4"));
    let line = "pipeferry_bytes_total{bridge=\"orders\",direction=\"to_target\"} 2048\n";
    assert!(reply.body.contains(line), "{}", reply.body);
    site.stopped().await;
}

#[tokio::test]
async fn the_status_is_json_with_every_number() {
    let site = Site::start().await;
    let reply = site.get("/status").await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(json["version"], "1.2.3");
    assert_eq!(json["uptime_seconds"], 90);
    assert_eq!(json["state"], "running");
    let orders = &json["bridges"][0];
    assert_eq!(orders["name"], "orders");
    assert_eq!(orders["mode"], "message");
    assert_eq!(orders["listen"], "tcp:127.0.0.1:7000");
    assert_eq!(orders["state"], "listening");
    assert_eq!(orders["open"], 0);
    assert_eq!(orders["ended"]["done"], 1);
    assert_eq!(orders["ended"]["bad_frame"], 0);
    assert_eq!(orders["to_target"]["bytes"], 2_048);
    assert_eq!(orders["to_target"]["messages"], 1);
    assert_eq!(json["identities"][0]["name"], "gateway");
    assert_eq!(json["identities"][0]["not_after"], "2027-01-15T08:00:00Z");
    assert_eq!(json["identities"][0]["days_left"], 11);
    site.stopped().await;
}

#[tokio::test]
async fn head_answers_with_the_head_alone() {
    let site = Site::start().await;
    let reply = site.ask("HEAD", "/livez").await;
    assert_eq!((reply.status(), reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("content-length"), Some("5"));
    site.stopped().await;
}

#[tokio::test]
async fn other_paths_are_not_found_and_other_methods_not_allowed() {
    let site = Site::start().await;
    for path in ["/metrics/", "/status.json", "//", "/..%2f", "/favicon.ico"] {
        assert_eq!(site.get(path).await.status(), 404, "{path}");
    }
    let reply = site.ask("DELETE", "/status").await;
    assert_eq!((reply.status(), reply.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(site.ask("POST", "/nowhere").await.status(), 404);
    site.stopped().await;
}
