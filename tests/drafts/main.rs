//! What is typed survives: in the store, and at a terminal whose line drops.

mod desk;
mod line;
mod terminal;
