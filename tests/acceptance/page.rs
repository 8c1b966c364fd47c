//! The page of the admin listener, in a real browser, while real connections
//! are carried.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::harness::authority::Leaf;
use crate::harness::browser::{self, Scheme};
use crate::harness::{Duplex, Gateway, Site, Target, admin, eventually, tls};

/// What a client may have its certificate say.
const EVIL: &str = "</td><img src=x onerror=\"document.title='evil'\"><b>mallory";

/// Where the chart of bytes is in a window of 1280 times 1000, without its
/// legend; and the colours that it is drawn in.
const SIZE: (u32, u32) = (1280, 1000);
const TARGET: [[u8; 3]; 2] = [[0x62, 0xa8, 0xea], [0x2a, 0x6f, 0xb8]];
const CLIENT: [[u8; 3]; 2] = [[0xe3, 0x9a, 0x55], [0xb8, 0x65, 0x1b]];

/// A gateway with traffic on it: one TCP client, and one whose certificate
/// bears an evil name.
struct Scene {
    gateway: Gateway,
    _clients: Vec<Duplex>,
}

fn scene(site: &Site) -> Scene {
    let target = Target::tcp();
    let connect = target.address.clone();
    target.serve(say_all_twice);
    let gateway = Gateway::start(
        site,
        format!(
            "{}[bridge.orders]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{connect}\"\n\
             [bridge.vault]\nconnect = \"{connect}\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n\
             [bridge.__proto__]\nlisten = \"unix:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
            site.identity("gateway"),
            site.at("proto.sock"),
        ),
    );
    let issued = site.leaf("mallory", Leaf::named(EVIL));
    let mallory = tls::dial(gateway.at("vault"), tls::client_config(site, Some(&issued))).unwrap();
    let mut clients = vec![gateway.tcp("orders"), mallory];
    // Until the past shows some of it.
    eventually("traffic in the page's past", || {
        for client in &mut clients {
            client.send(&[7; 4096]);
            client.exactly(8192);
        }
        let past = data(&gateway)["history"]["bridges"].take();
        let rates = past.as_array().unwrap().iter().map(|one| busy(&one["to_client"]));
        (rates.filter(|busy| *busy > 2).count() == 2).then_some(())
    });
    Scene { gateway, _clients: clients }
}

fn say_all_twice(mut client: Duplex) {
    let mut bytes = [0; 4096];
    while client.read_exact(&mut bytes).is_ok() {
        if client.write_all(&bytes.repeat(2)).is_err() {
            return;
        }
    }
}

/// Samples in which something moved.
fn busy(rates: &Value) -> usize {
    rates.as_array().unwrap().iter().filter(|rate| rate.as_u64() > Some(0)).count()
}

fn data(gateway: &Gateway) -> Value {
    let answer = admin::get(gateway.admin(), "/page.json");
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn the_script_draws_rates_and_lists_who_is_there_by_name_as_text() {
    let site = Site::new();
    let scene = scene(&site);
    let dom = browser::dom(&site, scene.gateway.admin());
    let start = |tag: &str| dom.split_once(tag).unwrap_or_else(|| panic!("{tag} in {dom}")).1;
    // Only the script takes the curtain away.
    let rates = start("<section id=\"rates\" aria-labelledby=\"rates-title\">");
    for line in ["drawn target", "drawn client", "drawn new"] {
        let drawn = rates.split_once(&format!("class=\"{line}\" d=\"")).expect(line).1;
        let points = drawn.split_once('"').unwrap().0.matches('L').count();
        assert!(points > 2, "{points} points of {line}");
    }
    assert!(rates.contains("<option value=\"__proto__\">__proto__</option>"), "{rates}");
    let clients = start("<table id=\"clients\">");
    assert!(clients.contains("aria-sort=\"ascending\"><button type=\"button\">age</button>"));
    assert!(clients.contains("127.0.0.1:"), "{clients}");
    // RFC 4514 has a backslash before each.
    assert!(clients.contains("CN=\\&lt;/td\\&gt;\\&lt;img src=x onerror="), "{clients}");
    assert!(!dom.contains("<img"), "{dom}");
    assert!(dom.contains("<title>pipeferry</title>"), "the name was run: {dom}");
    assert!(dom.contains("as of "), "{dom}");
    let trouble = start("<p id=\"trouble\" role=\"status\">");
    assert!(trouble.starts_with("</p>"), "{trouble}");
}

#[test]
fn the_page_is_drawn_in_the_light_and_in_the_dark() {
    let site = Site::new();
    let scene = scene(&site);
    let mut grounds = Vec::new();
    for scheme in [Scheme::Dark, Scheme::Light] {
        let picture = browser::picture(&site, scene.gateway.admin(), scheme, SIZE);
        assert_eq!((picture.width, picture.height), SIZE);
        for (line, colours) in [("target", TARGET), ("client", CLIENT)] {
            let colour = colours[scheme as usize];
            let chart = picture.count(colour, 60..740, 240..400);
            assert!(chart > 10, "{line}, {scheme:?}: {chart} pixels");
            let key = picture.count(colour, 60..500, 195..234);
            assert!(key > 30, "the key of {line}, {scheme:?}: {key} pixels");
        }
        grounds.push(picture.ground());
    }
    let light = |colour: [u8; 3]| colour.iter().map(|part| u32::from(*part)).sum::<u32>();
    assert!(light(grounds[0]) < 150 && light(grounds[1]) > 650, "{grounds:?}");
}

#[test]
fn of_several_targets_each_is_shown_with_why_it_is_left_alone() {
    let site = Site::new();
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = Target::tcp();
    let up = target.address.clone();
    target.serve(say_all_twice);
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = [\"tcp:{down}\", \"{up}\"]\n"
        ),
    );
    let mut client = gateway.tcp("one");
    client.send(&[7; 4096]);
    client.exactly(8192);
    let alone = format!("<span class=\"bad\">left alone</span> tcp:{down}, 0 open: ");
    let well = format!("<span class=\"good\">up</span> {up}, 1 open</span>");
    let plain = admin::get(gateway.admin(), "/").body;
    let drawn = browser::dom(&site, gateway.admin());
    for page in [plain, drawn] {
        assert!(page.contains(&alone) && page.contains("Connection refused"), "{page}");
        assert!(page.contains(&well), "{page}");
    }
}

/// Nothing on the page but what it may tell: no keys, no messages.
#[test]
fn the_page_tells_no_secret_and_no_message() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = target.address.clone();
    let listen = "tls:127.0.0.1:0\", identity = \"gateway\", client_cert = \"none";
    let gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.one]\nlisten = {{ address = \"{listen}\" }}\nconnect = \"{connect}\"\n",
            site.identity("gateway")
        ),
    );
    let mut client = tls::dial(gateway.at("one"), tls::client_config(&site, None)).unwrap();
    client.send(b"open sesame");
    let mut served = target.accept();
    assert_eq!(served.exactly(11), b"open sesame");
    let key = site.read("gateway.key");
    let key = key.lines().nth(1).unwrap();
    for path in ["/", "/page.json", "/status"] {
        let body = admin::get(gateway.admin(), path).body;
        for secret in ["open sesame", key, "PRIVATE", "gateway.key"] {
            assert!(!body.contains(secret), "{secret} in {path}");
        }
    }
}

#[test]
fn of_many_connections_the_newest_and_the_busiest_are_shown() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = target.address.clone();
    target.serve(say_all_twice);
    let bridge = format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{connect}\"\n");
    let gateway = Gateway::start(&site, bridge);
    let dialled = |carries: bool| {
        let mut client = gateway.tcp("one");
        if carries {
            client.send(&[7; 4096]);
            client.exactly(8192);
        }
        let address = client.socket().local_addr().unwrap().to_string();
        (client, address)
    };
    let first = dialled(true);
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 1.0);
    let rest: Vec<_> = (1..250).map(|_| dialled(false)).collect();
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 250.0);
    // The list may be a second old.
    let data = eventually("all of them", || {
        let data = data(&gateway);
        (data["connections"]["open"] == 250).then_some(data)
    });
    let shown = data["connections"]["shown"].as_array().unwrap();
    assert_eq!(shown.len(), 200);
    assert!(data["note"].as_str().unwrap().starts_with("50 more are open"), "{}", data["note"]);
    let is_shown = |address: &str| shown.iter().any(|one| one["client"] == address);
    assert!(is_shown(&first.1), "it has carried most");
    assert!(is_shown(&rest.last().unwrap().1), "it is the newest");
    let ages: Vec<_> = shown.iter().map(|one| one["seconds"].as_f64().unwrap()).collect();
    assert!(ages.is_sorted(), "{ages:?}");
}

/// What has the focus: its id, or its text.
const FOCUSED: &str = "(({ id, textContent }) => id || textContent)(document.activeElement)";

#[test]
fn the_page_works_with_the_keyboard_alone() {
    let site = Site::new();
    let scene = scene(&site);
    let mut page = browser::Session::open(&site, scene.gateway.admin());
    eventually("the script", || {
        let drawn = page.evaluate("document.getElementById('rates')?.hidden === false");
        (drawn == true).then_some(())
    });
    page.press("Tab");
    assert_eq!(page.evaluate(FOCUSED), "Skip to the content");
    let seen = "document.activeElement.getBoundingClientRect().left >= 0";
    assert_eq!(page.evaluate(seen), true, "a skip link shows itself when it has the focus");
    page.press("Enter");
    assert_eq!(page.evaluate(FOCUSED), "main");
    let mut stops = Vec::new();
    while stops.last().map(String::as_str) != Some("age") {
        assert!(stops.len() < 40, "{stops:?}");
        page.press("Tab");
        let stop = page.evaluate(FOCUSED).as_str().unwrap().to_owned();
        let outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(outline, "none", "{stop} has the focus and does not show it");
        match stop.as_str() {
            "bytes" => {
                page.press("ArrowLeft");
                page.press("ArrowLeft");
                let said = page.evaluate("document.getElementById('bytes-said').textContent");
                assert!(said.as_str().unwrap().starts_with("2s ago: "), "{said}");
            }
            "bridges-filter" => {
                page.write("VAULT");
                let rows = page.evaluate("document.getElementById('bridges').tBodies[0].innerText");
                assert!(rows.as_str().unwrap().starts_with("vault"), "{rows}");
                let note = page.evaluate("document.getElementById('bridges-note').textContent");
                assert_eq!(note, "1 of 3 shown");
            }
            _ => {}
        }
        stops.push(stop);
    }
    let order = ["which", "bytes", "connections", "bridges-filter", "bridge", "state", "open"];
    let places = order.map(|stop| stops.iter().position(|one| one == stop).expect(stop));
    assert!(places.is_sorted(), "{stops:?}");
    page.press("Enter");
    let sorted = "document.querySelector('#clients [aria-sort]').getAttribute('aria-sort')";
    assert_eq!(page.evaluate(sorted), "descending");
    assert_eq!(page.evaluate(FOCUSED), "age", "the focus stays");
}
