use super::*;
use rstest::rstest;

#[rstest]
#[case("till-7.branch.example.com", "till-7.branch.example.com", true)]
#[case("*.branch.example.com", "till-7.branch.example.com", true)]
#[case("*.BRANCH.example.com", "till-7.branch.Example.COM", true)]
#[case("*.*.example.com", "a.b.example.com", true)]
#[case("*.branch.example.com", "branch.example.com", false)]
#[case("*.branch.example.com", "a.b.branch.example.com", false)]
#[case("*.branch.example.com", "till-7.branch.example.com.evil.org", false)]
#[case("*.branch.example.com", ".branch.example.com", false)]
#[case("*.branch.example.com", "*.branch.example.com", false)]
#[case("*.branch.example.com", "evil\0.branch.example.com", false)]
#[case("*.example.com", "a/b.example.com", false)]
#[case("till-*.example.com", "till-7.example.com", false)]
#[case("a.example.com", "a.example.com.", false)]
#[case("a.example.com", "a.example.com\0.evil.org", false)]
#[case("*", "localhost", true)]
#[case("", "", false)]
fn dns_wildcards_stand_for_one_whole_label(
    #[case] pattern: &str,
    #[case] name: &str,
    #[case] met: bool,
) {
    assert_eq!(dns(pattern, name), met);
}

#[rstest]
#[case("alice", "alice", true)]
#[case("alice", "Alice", false)]
#[case("*", "anybody", true)]
#[case("*", "any body", true)]
#[case("*", "", false)]
#[case("*", "a/b", false)]
#[case("*", "a.b", false)]
#[case("*", "a\nb", false)]
#[case("*", "till-7\0", false)]
#[case("*.example", "a.example", true)]
#[case("*.example", "a.b.example", false)]
#[case("*.example", ".example", false)]
#[case("*.example", "a.Example", false)]
#[case("till-*", "till-7", false)]
fn text_wildcards_stand_for_one_part_between_dots(
    #[case] pattern: &str,
    #[case] name: &str,
    #[case] met: bool,
) {
    assert_eq!(text(pattern, name), met);
}

#[rstest]
#[case("ops@example.com", "ops@example.com", true)]
#[case("ops@example.com", "ops@EXAMPLE.com", true)]
#[case("ops@example.com", "OPS@example.com", false)]
#[case("*@example.com", "anyone@example.com", true)]
#[case("*@example.com", "@example.com", false)]
#[case("*@example.com", "a@evil.org@example.com", false)]
#[case("*@example.com", "a@sub.example.com", false)]
#[case("*@example.com", "a b@example.com", false)]
#[case("*", "a@example.com", false)]
#[case("*@", "a@", false)]
fn an_email_wildcard_stands_for_the_mailbox_only(
    #[case] pattern: &str,
    #[case] address: &str,
    #[case] met: bool,
) {
    assert_eq!(email(pattern, address), met);
}

#[rstest]
#[case("spiffe://example.com/ns/web", "spiffe://example.com/ns/web", true)]
#[case("spiffe://example.com/ns/web", "SPIFFE://Example.com/ns/web", true)]
#[case("spiffe://example.com/ns/web", "spiffe://example.com/ns/Web", false)]
#[case("spiffe://example.com/ns/*", "spiffe://example.com/ns/web", true)]
#[case("spiffe://example.com/ns/*", "spiffe://example.com/ns/web/sa", false)]
#[case("spiffe://example.com/ns/*", "spiffe://example.com/ns/", false)]
#[case("spiffe://example.com/ns/*/sa/*", "spiffe://example.com/ns/a/sa/b", true)]
#[case("spiffe://example.com/**", "spiffe://example.com/ns/a/sa/b", true)]
#[case("spiffe://example.com/**", "spiffe://example.com", true)]
#[case("spiffe://example.com/**", "spiffe://example.com/", false)]
#[case("spiffe://example.com/ns/**", "spiffe://example.com/ns", true)]
#[case("spiffe://example.com/**/b", "spiffe://example.com/a/b/a/b", true)]
#[case("spiffe://example.com/**/x/**/b", "spiffe://example.com/a/x/b/x/c/b", true)]
#[case("spiffe://example.com/**/b", "spiffe://example.com/a/b/a", false)]
#[case("spiffe://example.com/ns/**", "spiffe://example.com/nsx/a", false)]
#[case("spiffe://example.com/**", "spiffe://example.com.evil.org/a", false)]
#[case("spiffe://example.com/**", "spiffe://example.com@evil.org/a", false)]
#[case("spiffe://example.com/**", "spiffe://u@example.com/a", false)]
#[case("spiffe://example.com/**", "spiffe://example.com:8443/a", false)]
#[case("spiffe://example.com/**", "spiffe://example.com\\@evil.org/a", false)]
#[case("spiffe://example.com/**", "https://example.com/a", false)]
#[case("spiffe://*/a", "spiffe://example.com/a", false)]
#[case("spiffe://e.com/ns/*", "spiffe://e.com/ns/..", false)]
#[case("spiffe://e.com/ns/**", "spiffe://e.com/ns/../admin", false)]
#[case("spiffe://e.com/ns/**", "spiffe://e.com/ns/%2e%2e/admin", false)]
#[case("spiffe://e.com/ns/*", "spiffe://e.com/ns/a%2Fb", false)]
#[case("spiffe://e.com/ns/*", "spiffe://e.com/ns/a?b", false)]
#[case("spiffe://e.com/ns/*", "spiffe://e.com/ns/a#b", false)]
#[case("spiffe://e.com/ns/*", "spiffe://e.com/ns/a\0", false)]
#[case("spiffe://e.com/ns/web-*", "spiffe://e.com/ns/web-1", false)]
#[case("urn:uuid:1234", "urn:uuid:1234", true)]
#[case("urn:uuid:1234", "urn://uuid:1234", false)]
#[case("*", "spiffe://e.com/a", false)]
#[case("**", "spiffe://e.com/a", false)]
fn uri_wildcards_stand_for_plain_path_segments(
    #[case] pattern: &str,
    #[case] name: &str,
    #[case] met: bool,
) {
    assert_eq!(uri(pattern, name), met);
}

#[test]
fn many_double_wildcards_do_not_take_exponential_time() {
    let pattern = format!("x://h{}/end", "/**/a".repeat(200));
    let name = format!("x://h{}/no", "/a".repeat(2000));
    assert!(!uri(&pattern, &name));
}
