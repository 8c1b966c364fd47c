use super::*;

fn record(priority: u16, weight: u16, name: &str) -> Record {
    Record { priority, weight, host: HostPort { host: name.to_owned(), port: 1 } }
}

fn names(records: &[Record], chance: impl FnMut() -> f64) -> Vec<String> {
    choose(records.to_vec(), chance).into_iter().map(|host| host.host).collect()
}

#[test]
fn a_lower_priority_comes_first_whatever_the_weights() {
    let records = [record(20, 65535, "backup"), record(10, 0, "main")];
    for chance in [0.0, 0.5, 0.999] {
        assert_eq!(names(&records, || chance), ["main", "backup"]);
    }
}

#[test]
fn weights_share_the_first_place_in_proportion() {
    let records = [record(0, 3, "large"), record(0, 1, "small")];
    let random = fastrand::Rng::with_seed(7);
    let mut random = random;
    let mut large = 0;
    for _ in 0..10_000 {
        let order = names(&records, || random.f64());
        assert_eq!(order.len(), 2);
        large += usize::from(order[0] == "large");
    }
    // 0 to 4 inclusive: 2, 3, 4 of 5 fall on the large one, by the RFC's rule.
    assert!((5_700..6_300).contains(&large), "{large} of 10000");
}

#[test]
fn without_weights_all_have_the_same_chance() {
    let records = [record(0, 0, "a"), record(0, 0, "b"), record(0, 0, "c")];
    assert_eq!(names(&records, || 0.0)[0], "a");
    assert_eq!(names(&records, || 0.5)[0], "b");
    assert_eq!(names(&records, || 0.999)[0], "c");
}

#[test]
fn no_record_is_lost_and_none_is_none() {
    assert!(names(&[], || 0.3).is_empty());
    let records: Vec<_> = (0..200).map(|at| record(at % 3, at % 5, &at.to_string())).collect();
    let mut all = names(&records, || 0.7);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 200);
}
