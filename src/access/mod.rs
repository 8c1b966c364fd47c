//! Who is there, and whether it may come in.
//!
//! Rules come resolved from the configuration, peers from an endpoint or from
//! TLS; in here the two meet and a [`Verdict`] is made. Nothing in here opens
//! a connection or closes one, and nothing lets anybody in by default.

mod cert_rules;
mod local_rules;
mod names;
mod owner;
mod patterns;
mod peer;
mod pipe_acl;
mod sddl_warnings;
mod subject;
mod verdict;

pub use cert_rules::*;
pub use local_rules::*;
pub use names::*;
pub use owner::ResolvedOwner;
pub use peer::*;
pub use sddl_warnings::sddl_warnings;
pub use subject::rfc4514;
pub use verdict::*;
