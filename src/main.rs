//! The `matchdesk` program.
fn main() {}
