//! Suppliers registered, and the part of them that takes part.

use super::By;
use super::facts::Server;
use super::lens::{Group, Lens, WHOLE};
use super::tally::{Tallies, pair};
use crate::domain::Day;

/// Counts who is registered at the end of each window, and of them those among `taking_part` (pairs of window and supplier, sorted).
pub(super) fn count(
    lens: &Lens,
    tallies: &mut Tallies,
    windows: &[(Option<Group>, Day)],
    taking_part: &[u64],
) {
    for (window, last) in windows {
        for (id, server) in lens.facts.suppliers.iter() {
            if !is_registered(server, *last) {
                continue;
            }
            let takes_part = taking_part
                .binary_search(&pair(window.unwrap_or(WHOLE), id))
                .is_ok();
            let own = || groups(lens, id, server, tallies);
            for group in window.map_or_else(own, |window| vec![window]) {
                let tally = tallies.entry(group).or_default();
                tally.figures.suppliers_registered += 1;
                tally.taking_part += u64::from(takes_part);
            }
        }
    }
}

/// Whether a supplier had joined by the end of a day and was active then.
fn is_registered(server: &Server, last: Day) -> bool {
    server.known
        && server.joined.is_none_or(|joined| joined <= last)
        && server.active == server.since.is_none_or(|since| since <= last)
}

fn groups(lens: &Lens, id: u32, server: &Server, tallies: &Tallies) -> Vec<Group> {
    match lens.by {
        None | Some(By::Month) => vec![WHOLE],
        Some(By::Street | By::Community) => vec![lens.place(server.home)],
        Some(By::Category) => {
            let mut groups: Vec<Group> =
                server.skills.iter().map(|id| lens.category(*id)).collect();
            groups.sort_unstable();
            groups.dedup();
            groups
        }
        // Only suppliers of whom there is something else to say have a row.
        Some(By::Supplier) => Some(id)
            .filter(|id| tallies.contains_key(id))
            .into_iter()
            .collect(),
    }
}
