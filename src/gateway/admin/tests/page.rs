use super::site::{EVIL, Site, exchange_as};
use crate::gateway::admin::page;

#[tokio::test]
async fn the_page_shows_all_without_its_script_and_loads_nothing() {
    let site = Site::start().await;
    let reply = site.get("/").await;
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    let parts = [
        "orders",
        "tcp:127.0.0.1:7000",
        "2.0 KiB",
        "gateway",
        "2027-01-15 08:00:00Z",
        "up <span id=\"uptime\">1m 30s",
        "192.0.2.7:4000",
        "7-f00d",
        "2 more are open",
        "in force</span> SIGHUP",
    ];
    for part in parts {
        assert!(reply.body.contains(part), "{part} in {}", reply.body);
    }
    assert!(!reply.body.contains("{{"), "{}", reply.body);
    let loads = ["<script src", "<link rel=\"stylesheet", "https://", "@import", "url(", " style="];
    for part in loads {
        assert!(!reply.body.contains(part), "{part} in {}", reply.body);
    }
    site.stopped().await;
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_text_in_the_page() {
    let site = Site::start().await;
    let reply = site.get("/").await;
    assert!(reply.body.contains("unix:/tmp/&lt;b&gt;&amp;&quot;x&quot;.sock"), "{}", reply.body);
    assert!(reply.body.contains("CN=&lt;/td&gt;&lt;script&gt;alert(1)"), "{}", reply.body);
    assert!(!reply.body.contains(EVIL), "{}", reply.body);
    site.stopped().await;
}

#[tokio::test]
async fn the_page_may_run_its_own_script_and_nothing_else() {
    let site = Site::start().await;
    let reply = site.get("/").await;
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (tag, rule) in [("style", "style-src"), ("script", "script-src")] {
        let (_, rest) = reply.body.split_once(&format!("<{tag}>")).unwrap();
        let (text, _) = rest.split_once(&format!("</{tag}>")).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let hash = data_encoding::BASE64.encode(digest.as_ref());
        assert!(policy.contains(&format!("{rule} 'sha256-{hash}';")), "{policy}");
    }
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    site.stopped().await;
}

#[tokio::test]
async fn the_script_gets_the_same_as_json_and_the_past_it_has_not_seen() {
    let site = Site::start().await;
    let get = async |path: String| -> serde_json::Value {
        serde_json::from_str(&site.get(&path).await.body).unwrap()
    };
    let mut all = get("/page.json".to_owned()).await;
    while all["history"]["next"].as_u64() < Some(1) {
        all = get("/page.json".to_owned()).await;
    }
    assert_eq!(all["status"]["bridges"][0]["name"], "orders");
    assert_eq!(all["connections"]["open"], 3);
    assert_eq!(all["connections"]["shown"][0]["identity"], EVIL);
    let past = &all["history"]["bridges"][0];
    assert_eq!(past["name"], "orders");
    let next = all["history"]["next"].as_u64().unwrap();
    assert_eq!(past["to_target"].as_array().unwrap().len() as u64, next);
    let epoch = &all["history"]["epoch"];
    let seen = get(format!("/page.json?since={epoch}.{next}")).await;
    let again = seen["history"]["bridges"][0]["to_target"].as_array().unwrap().len();
    assert_eq!(again as u64, seen["history"]["next"].as_u64().unwrap() - next);
    let other = get(format!("/page.json?since=1.{next}")).await;
    assert!(!other["history"]["bridges"][0]["to_target"].as_array().unwrap().is_empty());
    site.stopped().await;
}

/// DNS rebinding: the name of another site that points to 127.0.0.1.
#[tokio::test]
async fn a_page_of_another_site_cannot_read_who_is_connected() {
    let site = Site::start().await;
    for path in ["/", "/page.json"] {
        for host in ["evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example"] {
            let reply = exchange_as(site.dial().await, host, "GET", path).await;
            assert_eq!(reply.status(), 421, "{path} as {host}");
        }
        for host in ["127.0.0.1:9464", "[::1]:9464", "localhost:9464", "LOCALHOST"] {
            let reply = exchange_as(site.dial().await, host, "GET", path).await;
            assert_eq!(reply.status(), 200, "{path} as {host}");
        }
    }
    let metrics = exchange_as(site.dial().await, "gateway.example", "GET", "/metrics").await;
    assert_eq!(metrics.status(), 200);
    site.stopped().await;
}

/// Where anybody in the network may ask, nobody is named.
#[tokio::test]
async fn a_page_that_is_open_to_the_network_does_not_say_who_is_connected() {
    let site = Site::on_all_addresses().await;
    for path in ["/", "/page.json"] {
        let reply = site.get(path).await;
        assert_eq!(reply.status(), 200);
        assert!(!reply.body.contains("192.0.2.7"), "{}", reply.body);
        assert!(reply.body.contains("anybody in the network"), "{}", reply.body);
    }
    site.stopped().await;
}

#[test]
fn bytes_are_written_for_people() {
    let written = |bytes| page::Bytes(bytes).to_string();
    assert_eq!(written(0), "0 B");
    assert_eq!(written(1023), "1023 B");
    assert_eq!(written(1024), "1.0 KiB");
    assert_eq!(written(1536 << 20), "1.5 GiB");
    assert_eq!(written(u64::MAX), "16.0 EiB");
}
