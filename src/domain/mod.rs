//! Words: plain types and their own rules. No I/O, no clock.

pub mod cell;
pub mod code;
pub mod draft;
pub mod fact;
pub mod field;
pub mod geo;
pub mod id_number;
pub mod kinds;
pub mod lang;
pub mod mask;
pub mod printable;
pub mod problem;
pub mod record;
pub mod recurrence;
pub mod right;
pub mod time;
pub mod week;

pub use code::Code;
pub use draft::{Draft, Subject};
pub use fact::{Denial, Event, Note, Verb};
pub use kinds::{Kind, Outcome, Role, Sex, Status, SupplierKind, Urgency};
pub use lang::Lang;
pub use problem::{Problem, Said};
pub use record::{AnyRecord, Record};
pub use recurrence::Recurrence;
pub use right::Right;
pub use time::{Day, Minute, Stamp, Zone};
pub use week::Week;
