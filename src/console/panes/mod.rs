//! What the broker sees: the three panes, and the layers above them.

pub mod ask;
mod case_draw;
pub mod cells;
mod confirmation;
pub mod detail;
pub mod drafts;
pub mod edit;
pub mod everything;
pub mod help;
pub mod lineup;
pub mod need_detail;
pub mod others;
pub mod page;
pub mod palette;
pub mod plan;
mod plan_draw;
mod preview;
pub mod queue;
pub mod queue_draw;
mod queue_refusals;
pub mod reasons;
mod refusals;
pub mod registry;
mod relaxing;
mod reveal;
mod shares;
pub mod sheet;
mod substitute;
pub mod walk;
mod ways;
pub mod weights;
mod weights_draw;
pub mod words;

use super::app::view::View;
use crate::domain::Kind;

/// The place of the queue among the panes.
pub const QUEUE: usize = 2;

/// The place of the demand registry among the panes.
pub const DEMAND: usize = 1;

/// The panes from left to right.
#[must_use]
pub fn all() -> Vec<Box<dyn View>> {
    vec![
        Box::new(registry::Registry::new(&[Kind::Supplier])),
        Box::new(registry::Registry::new(&[Kind::Need, Kind::Resident])),
        Box::new(queue::Queue::default()),
    ]
}
