//! The same promises with programs that know nothing of us.

mod openssl;
mod openssl_sessions;
mod postgres;
mod python;
mod redis;
mod socat;
