//! The rules of billing: every worked number, every zone vector, properties, golden vectors.

mod build;
mod leaves;
mod levels;
mod numbers;
mod properties;
mod shapes;
mod timelines;
mod zones;
