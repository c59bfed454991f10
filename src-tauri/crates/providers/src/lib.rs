//! What lies outside of the program and speaks its own language: the keyring of the operating system.
//!
//! Each module implements a trait of operations; faces pass it in. No use case lives here.

pub mod keyring;
