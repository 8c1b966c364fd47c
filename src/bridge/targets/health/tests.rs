use super::*;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn health() -> Health {
    Health::new("tcp:h:1".to_owned())
}

fn fail(health: &Health, now: Instant, probed: bool) -> Option<(Duration, bool)> {
    let purpose = health.begin(now, probed);
    health.failed(purpose, now, "refused", 0.0)
}

#[test]
fn one_failure_puts_a_target_to_rest_and_one_success_ends_it() {
    let (health, now) = (health(), Instant::now());
    assert_eq!(fail(&health, now, false), Some((seconds(1), true)));
    assert_eq!(health.standing(now, false), Standing::Resting(now + seconds(1)));
    assert_eq!(health.rest().map(|(_, why)| why).as_deref(), Some("refused"));
    assert!(!health.meter().is_up());
    assert!(health.reached());
    assert_eq!(health.standing(now, false), Standing::Open);
    assert!(health.meter().is_up());
    assert!(!health.reached(), "it was well already");
    assert_eq!(fail(&health, now, false), Some((seconds(1), true)), "it began anew");
}

#[test]
fn after_a_rest_one_client_goes_first() {
    let (health, now) = (health(), Instant::now());
    fail(&health, now, false);
    let later = now + seconds(1);
    assert_eq!(health.standing(later, false), Standing::Open);
    assert_eq!(health.begin(later, false), Purpose::Trial);
    assert_eq!(health.standing(later, false), Standing::Resting(later));
    assert_eq!(health.begin(later, false), Purpose::LastResort);
    assert_eq!(health.failed(Purpose::Trial, later, "refused", 0.0), Some((seconds(2), false)));
    assert_eq!(health.standing(later, false), Standing::Resting(later + seconds(2)));
}

#[test]
fn a_client_that_leaves_gives_the_trial_to_the_next() {
    let (health, now) = (health(), Instant::now());
    fail(&health, now, false);
    let later = now + seconds(1);
    let trial = health.begin(later, false);
    health.abandoned(trial);
    assert_eq!(health.begin(later, false), Purpose::Trial);
}

#[test]
fn a_probe_goes_before_clients() {
    let (health, now) = (health(), Instant::now());
    fail(&health, now, true);
    let due = now + seconds(1);
    assert!(!health.begin_probe(now));
    assert_eq!(health.begin(due, true), Purpose::LastResort);
    assert!(health.begin_probe(due));
    assert!(!health.begin_probe(due), "one at a time");
    health.abandoned(Purpose::Trial);
    assert_eq!(health.begin(due + GRACE, true), Purpose::Trial, "no probe came");
}

#[test]
fn a_crowd_that_fails_together_counts_once_for_the_rest() {
    let (health, now) = (health(), Instant::now());
    let crowd: Vec<_> = (0..9).map(|_| health.begin(now, false)).collect();
    let rests: Vec<_> = crowd
        .into_iter()
        .filter_map(|purpose| health.failed(purpose, now, "refused", 0.0))
        .collect();
    assert_eq!(rests, [(seconds(1), true)]);
    assert_eq!(health.meter().failures(), 9);
}

#[test]
fn attempts_for_want_of_another_target_do_not_lengthen_the_rest() {
    let (health, now) = (health(), Instant::now());
    fail(&health, now, false);
    assert_eq!(fail(&health, now, false), None);
    assert_eq!(health.standing(now, false), Standing::Resting(now + seconds(1)));
}

#[test]
fn an_attempt_that_began_before_a_rest_says_nothing_of_what_came_after() {
    let (health, now) = (health(), Instant::now());
    let slow = health.begin(now, false);
    fail(&health, now, false);
    health.reached();
    assert_eq!(health.failed(slow, now, "no answer", 0.0), None);
    assert_eq!(health.standing(now, false), Standing::Open);
}
