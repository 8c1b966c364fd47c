//! Services by SRV records on Windows: asked of the name servers that Windows
//! has for its adapters. Wine takes those of /etc/resolv.conf.

use crate::harness::{Machine, Network, Noise, Site, Target, echo, steps};

fn reached(machine: &Machine, site: &Site, service: &str) -> (String, String) {
    let connect = format!("\"srv:{service}\"");
    let gateway = machine.bridge(site, "\"pipe:front\"", &connect, "");
    let said = steps(machine, "open ~front rw write 1 5 read 5 close").finished().said;
    let record = gateway.wait_records(1).pop().unwrap();
    (said, format!("{} {}", record.text("target"), record.outcome))
}

#[test]
fn a_service_is_reached_where_the_name_servers_of_this_windows_say() {
    let site = Site::new();
    let network = Network::new(&site);
    let target = network.within(|| Target::tcp_at("127.0.0.1:0"));
    let port = target.socket_address().port();
    target.serve(echo);
    let records = format!(
        "srv-host=_orders._tcp.example.com,a.example.com,{port},1,1\n\
         host-record=a.example.com,127.0.0.1\n\
         srv-host=_none._tcp.example.com\n"
    );
    let dns = network.name_server(&site, &records);
    let machine = Machine::boot_in(&network);
    let (said, target) = reached(&machine, &site, "_orders._tcp.example.com");
    assert!(said.contains(&format!("read {}\n", Noise::new(1, 5).told())), "{said}");
    assert_eq!(target, format!("srv:_orders._tcp.example.com (a.example.com:{port}) done"));
    assert!(dns.asked("query[SRV] _orders._tcp.example.com") > 0);
    for nobody in ["_none._tcp.example.com", "_nosuch._tcp.example.com"] {
        let (said, target) = reached(&machine, &site, nobody);
        assert!(said.contains("read 0 "), "{said}");
        assert_eq!(target, format!("srv:{nobody} dial_failed"));
    }
}
