//! The station: one process that owns a store and serves many sessions over a Unix socket.
//!
//! A session's verbs and console run inside the station; at the other end of the line is a thin program that hands in
//! keys and files and shows what comes back, as tmux does. What a session asks for is therefore done beside the warm
//! index, personal data that is not shown never leaves the station, and what is typed is kept when the line drops.

mod backlog;
mod client;
mod files;
mod guests;
mod line;
mod offered;
mod peer;
mod server;
mod service;
mod socket;

pub use client::{Attempt, Call, Client, Notice, Unserved, Way, connect};
pub use files::AwayFiles;
pub use line::{Line, Message, Received, ToSession, ToStation};
pub use offered::Offered;
pub use peer::{Peer, is_known_holder};
pub use server::{Host, Serving, serve};
pub use service::{Manager, handed_over};
pub use socket::{Door, socket_of};

/// The language that station and session speak; another number is not understood.
pub const PROTOCOL: u32 = 1;

/// This release.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");
