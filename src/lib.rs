//! matchdesk: the operations console of a community volunteer-service broker.

pub mod cli;
pub mod console;
pub mod desk;
pub mod domain;
pub mod exchange;
pub mod figures;
pub mod generate;
pub mod matching;
pub mod search;
pub mod station;
pub mod store;
