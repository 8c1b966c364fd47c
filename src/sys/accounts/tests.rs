#![allow(clippy::unwrap_used)]

use super::*;

#[cfg(unix)]
mod posix {
    use super::*;

    #[test]
    fn root_is_user_and_group_zero() {
        assert_eq!(user_id("root").unwrap(), Some(0));
        assert_eq!(group_id("root").unwrap(), Some(0));
    }

    #[test]
    fn a_name_with_a_nul_names_nobody() {
        assert_eq!(user_id("root\0x").unwrap(), None);
    }

    #[test]
    fn nobody_has_a_sid() {
        assert!(own_sid().is_err());
        assert_eq!(sid_of("root").unwrap(), None);
    }
}

#[cfg(windows)]
mod windows {
    use super::*;
    use crate::sys::windows::sid::name_of;

    #[test]
    fn we_are_an_account_that_has_a_name() {
        let own = own_sid().unwrap();
        let name = name_of(&own).unwrap().unwrap();
        assert_eq!(sid_of(&name).unwrap().map(|(sid, _)| sid), Some(own));
    }

    #[test]
    fn nobody_has_a_number() {
        assert_eq!(user_id("SYSTEM").unwrap(), None);
        assert_eq!(group_id("Administrators").unwrap(), None);
    }
}

#[test]
fn an_unknown_name_is_none_and_not_an_error() {
    assert_eq!(user_id("no-such-user-here").unwrap(), None);
    assert_eq!(group_id("no-such-group-here").unwrap(), None);
    assert_eq!(sid_of("no-such-user-here").unwrap(), None);
}
