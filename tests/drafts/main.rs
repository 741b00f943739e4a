//! What is typed survives: in the store, and at a terminal whose line drops.

#[path = "../place/terminal.rs"]
mod console;
mod desk;
mod line;
mod terminal;
