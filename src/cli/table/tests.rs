use super::*;

#[test]
fn columns_stand_under_each_other_and_nothing_steers_the_terminal() {
    let mut table = Table::new(&["NAME", "OPEN", "CLIENT"], &[1]);
    table.row(vec!["a".into(), "7".into(), "x\u{1b}[2Jy".into()]);
    table.row(vec!["longer".into(), "1024".into(), String::new()]);
    let wanted = "NAME    OPEN  CLIENT\na          7  x\\u{1b}[2Jy\nlonger  1024\n";
    assert_eq!(table.text(), wanted);
}
