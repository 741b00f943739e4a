//! Ranking among 360,000 suppliers and among 3,600,000: of made-up districts as `matchdesk generate` writes them, the
//! larger one crowded into the same district.
//!
//! For each need in the queue the shortest of several runs counts, so that what else the machine does is left out.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use matchdesk::desk::{Clock, Desk};
use matchdesk::domain::{Event, Lang, Stamp, Verb, Zone};
