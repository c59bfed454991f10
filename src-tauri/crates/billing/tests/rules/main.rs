//! The rules of billing: every worked number, every zone vector, properties, golden vectors.

mod bill;
mod build;
mod credits;
mod explained;
mod goldens;
mod invoices;
mod leaves;
mod levels;
mod numbers;
mod oracle;
mod properties;
mod shapes;
mod states;
mod timelines;
mod zones;
