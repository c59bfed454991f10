//! Saved connections by the real command line: a PostgreSQL with TLS and passwords, and a real Secret Service.
//!
//! Each test has a server, a D-Bus session, a keyring and XDG folders of its own.

mod attacks;
mod keyrings;
mod secret;
