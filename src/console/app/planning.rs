//! A plan for the walk through it, with what has become of what was shown before.

use crate::console::panes::walk::PlanView;
use crate::desk::{Desk, DeskError};
use crate::domain::Code;
use crate::matching::plan::Choices;

/// Plans the queue beside what is settled, telling `tell` how many of how many needs are ranked; `shown` are the needs on
/// the screen, with the suppliers proposed.
///
/// # Errors
/// When the store can't be read.
pub(super) fn plan(
    desk: &Desk,
    choices: Choices,
    shown: &[(Code, Option<Code>)],
    tell: &mut dyn FnMut(u64, u64),
) -> Result<PlanView, DeskError> {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let plan = desk.plan_with(&choices, &mut |done, total| tell(count(done), count(total)))?;
    let mut view = PlanView {
        choices,
        plan,
        left: Vec::new(),
        lost: Vec::new(),
    };
    let open = desk.open_needs()?;
    let mut needs: Vec<&Code> = shown.iter().map(|(need, _)| need).collect();
    needs.dedup();
    for need in needs.into_iter().filter(|need| !open.contains(need)) {
        view.left.push(desk.left(need)?);
    }
    for (need, supplier) in shown {
        let is_proposed = |supplier: &Code| {
            let mut all = view.plan.proposals.iter();
            all.any(|p| p.need == *need && p.supplier == *supplier)
        };
        if let Some(supplier) = supplier.as_ref().filter(|supplier| !is_proposed(supplier))
            && open.contains(need)
        {
            let asked = std::slice::from_ref(supplier);
            let (_, lost) = desk.candidates_and_lost(need, 0, asked)?;
            let lost = lost.into_iter().map(|lost| (need.clone(), lost));
            view.lost.extend(lost);
        }
    }
    Ok(view)
}
