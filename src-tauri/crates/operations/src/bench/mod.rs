//! Measuring: a made-up company, and how long a database takes for the work that people wait for.
//!
//! Not the benchmarks against the limits of an engine: those are in the package of tests, with a server of their own.

pub mod company;
pub mod measure;
