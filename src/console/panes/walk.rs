//! The walk through a plan: what is proposed for each need, and what has become of it so far. Whatever is worked out again,
//! rows keep their order, and what is settled stays where it was.

use crate::console::widgets::table::TableState;
use crate::desk::{Left, Lost};
use crate::domain::Code;
use crate::matching::plan::{Choices, Plan, Proposal, Reason, Unfilled};

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The need.
    pub need: Code,
    /// What is proposed, or what has become of it.
    pub what: What,
}

/// What is proposed for a need, or what has become of it.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// To be decided.
    Proposed(Proposal, Option<Was>),
    /// A place stays empty.
    Unfilled(Unfilled),
    /// Skipped, whoever was proposed.
    Skipped(Option<Proposal>),
    /// On its way to the desk.
    Sent(Proposal),
    /// Booked.
    Confirmed(Proposal),
    /// Others took the need off the queue.
    Left(Left),
}

/// Who was proposed before the plan was worked out again.
#[derive(Clone, Debug, PartialEq)]
pub struct Was {
    /// Who.
    pub supplier: Code,
    /// Why it is no candidate any more, when it is none.
    pub lost: Option<Lost>,
}

/// A need and a supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The need.
    pub need: Code,
    /// The supplier.
    pub supplier: Code,
}

/// A plan with what the worker found out beside it.
#[derive(Clone, Debug)]
pub struct PlanView {
    /// What was settled before.
    pub choices: Choices,
    /// The plan.
    pub plan: Plan,
    /// The needs that were shown and have left the queue.
    pub left: Vec<Left>,
    /// The suppliers who were proposed and are no candidates any more, each with the need.
    pub lost: Vec<(Code, Lost)>,
}

/// How many rows are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// To be decided.
    pub open: usize,
    /// Booked.
    pub confirmed: usize,
    /// The sum of their scores.
    pub score: f64,
    /// Skipped.
    pub skipped: usize,
    /// Places that stay empty.
    pub unfilled: usize,
    /// Taken off the queue by others.
    pub left: usize,
}

/// The rows, and which one is in hand.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The rows.
    pub entries: Vec<Entry>,
    /// The selection.
    pub state: TableState,
    /// What is settled before the rest is worked out.
    pub choices: Choices,
    order: Vec<Code>,
}

impl Entry {
    /// The proposal, whatever has become of it.
    #[must_use]
    pub fn proposal(&self) -> Option<&Proposal> {
        match &self.what {
            What::Proposed(proposal, _) | What::Sent(proposal) | What::Confirmed(proposal) => {
                Some(proposal)
            }
            What::Skipped(proposal) => proposal.as_ref(),
            What::Unfilled(_) | What::Left(_) => None,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.what, What::Proposed(..))
    }

    fn is_for(&self, pair: &Pair) -> bool {
        self.need == pair.need && self.proposal().is_some_and(|p| p.supplier == pair.supplier)
    }

    fn pair(&self) -> Option<Pair> {
        let proposal = self.proposal()?;
        Some(Pair {
            need: self.need.clone(),
            supplier: proposal.supplier.clone(),
        })
    }
}

impl Walk {
    /// The row in hand.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.get(self.state.selected()?)
    }

    /// The need and supplier in hand, when they are to be decided.
    #[must_use]
    pub fn in_hand(&self) -> Option<Pair> {
        self.entry().filter(|entry| entry.is_open())?.pair()
    }

    /// The needs and suppliers that are to be decided, and the needs that were skipped.
    #[must_use]
    pub fn shown(&self) -> Vec<(Code, Option<Code>)> {
        let shown = self.entries.iter().filter_map(|entry| match &entry.what {
            What::Proposed(proposal, _) => {
                Some((entry.need.clone(), Some(proposal.supplier.clone())))
            }
            What::Unfilled(_) | What::Skipped(_) => Some((entry.need.clone(), None)),
            _ => None,
        });
        shown.collect()
    }

    /// What another walk begins with: what was chosen and skipped, and the order of the rows.
    #[must_use]
    pub fn kept(&self) -> Self {
        let is_skipped = |entry: &&Entry| matches!(entry.what, What::Skipped(_));
        Self {
            entries: self.entries.iter().filter(is_skipped).cloned().collect(),
            state: TableState::default(),
            choices: self.choices.clone(),
            order: self.order.clone(),
        }
    }

    /// Who gets a supplier as the plan stands.
    #[must_use]
    pub fn who_gets(&self, supplier: &Code) -> Option<&Code> {
        let found = self.entries.iter().find(|entry| {
            matches!(&entry.what, What::Proposed(p, _) | What::Sent(p) if p.supplier == *supplier)
        });
        found.map(|entry| &entry.need)
    }

    /// How many rows are how far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for entry in &self.entries {
            match &entry.what {
                What::Proposed(..) | What::Sent(_) => tally.open += 1,
                What::Confirmed(proposal) => {
                    tally.confirmed += 1;
                    tally.score += proposal.score;
                }
                What::Skipped(_) => tally.skipped += 1,
                What::Unfilled(unfilled) => tally.unfilled += unfilled.missing,
                What::Left(_) => tally.left += 1,
            }
        }
        tally
    }

    /// Goes to the next row that is to be decided, from the top again when there is none below.
    pub fn go_on(&mut self) {
        let from = self.state.selected().unwrap_or_default();
        let open = |at: &usize| self.entries.get(*at).is_some_and(Entry::is_open);
        let next = (from..self.entries.len()).chain(0..from).find(open);
        if let Some(next) = next {
            self.state.select(next);
        }
    }

    /// Marks the row in hand as on its way to the desk.
    pub fn send(&mut self, pair: &Pair) {
        self.change(pair, |what| match what {
            What::Proposed(proposal, _) => What::Sent(proposal),
            other => other,
        });
    }

    /// Marks what was on its way as booked.
    pub fn confirmed(&mut self, pair: &Pair) {
        self.change(pair, |what| match what {
            What::Sent(proposal) => What::Confirmed(proposal),
            other => other,
        });
        self.choices
            .fixed
            .retain(|(need, supplier)| (need, supplier) != (&pair.need, &pair.supplier));
    }

    /// Marks what was on its way as undecided again.
    pub fn refused(&mut self, pair: &Pair) {
        self.change(pair, |what| match what {
            What::Sent(proposal) => What::Proposed(proposal, None),
            other => other,
        });
        self.choices
            .fixed
            .retain(|(need, supplier)| (need, supplier) != (&pair.need, &pair.supplier));
    }

    fn change(&mut self, pair: &Pair, to: impl FnOnce(What) -> What) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.is_for(pair)) {
            let what = std::mem::replace(&mut entry.what, What::Skipped(None));
            entry.what = to(what);
        }
    }

    /// Leaves the need in hand out of the plan, or takes it in again. False when neither makes sense.
    pub fn skip(&mut self) -> bool {
        let Some(at) = self.state.selected() else {
            return false;
        };
        let Some(entry) = self.entries.get_mut(at) else {
            return false;
        };
        let need = entry.need.clone();
        match &entry.what {
            What::Skipped(_) => self.choices.without.retain(|other| *other != need),
            What::Proposed(..) => {
                entry.what = What::Skipped(entry.proposal().cloned());
                self.choices.fixed.retain(|(other, _)| *other != need);
                self.choices.without.push(need.clone());
                let kept = |entry: &Entry| {
                    entry.need != need
                        || !matches!(entry.what, What::Proposed(..) | What::Unfilled(_))
                };
                self.entries.retain(kept);
                self.state.set_len(self.entries.len());
            }
            _ => return false,
        }
        true
    }

    /// Gives the need in hand another supplier, whatever else is good.
    pub fn choose(&mut self, supplier: &Code) {
        let Some(pair) = self.in_hand() else { return };
        let fixed = &mut self.choices.fixed;
        fixed.retain(|(need, other)| {
            *need != pair.need || (*other != pair.supplier && other != supplier)
        });
        fixed.push((pair.need, supplier.clone()));
    }

    /// Takes a plan. Returns the choices that could not be kept, and drops them.
    pub fn take(&mut self, view: &PlanView) -> Vec<Pair> {
        let hand = self.entry().map(|entry| (entry.need.clone(), entry.pair()));
        let at = self.state.selected().unwrap_or_default();
        self.put_in_order(&view.plan);
        let mut old = std::mem::take(&mut self.entries);
        let mut fresh: Vec<Entry> = view
            .plan
            .proposals
            .iter()
            .filter(|proposal| !old.iter().any(|entry| is_settled(entry, proposal)))
            .map(|proposal| proposed(proposal, &old, view))
            .collect();
        fresh.extend(view.plan.unfilled.iter().map(|unfilled| Entry {
            need: unfilled.need.clone(),
            what: What::Unfilled(unfilled.clone()),
        }));
        let own = |need: &Code| {
            old.iter().any(|entry| {
                entry.need == *need && matches!(entry.what, What::Sent(_) | What::Confirmed(_))
            })
        };
        fresh.extend(
            view.left
                .iter()
                .filter(|left| !own(&left.need))
                .map(|left| Entry {
                    need: left.need.clone(),
                    what: What::Left(left.clone()),
                }),
        );
        let has_left = |need: &Code| view.left.iter().any(|left| left.need == *need);
        old.retain(|entry| match &entry.what {
            What::Sent(_) | What::Confirmed(_) => true,
            // A need may come back.
            What::Left(_) => !fresh.iter().any(|other| other.need == entry.need),
            What::Skipped(_) => {
                self.choices.without.contains(&entry.need) && !has_left(&entry.need)
            }
            _ => false,
        });
        self.choices.without.retain(|need| !has_left(need));
        old.extend(fresh);
        old.sort_by_key(|entry| self.order.iter().position(|need| *need == entry.need));
        self.entries = old;
        self.state.set_len(self.entries.len());
        let found = hand.and_then(|(need, pair)| {
            let same = |entry: &Entry| pair.as_ref().is_some_and(|pair| entry.is_for(pair));
            let entries = &self.entries;
            entries
                .iter()
                .position(same)
                .or_else(|| entries.iter().position(|entry| entry.need == need))
        });
        self.state.select(found.unwrap_or(at));
        self.drop_choices(view)
    }

    /// Needs that are new come behind those before them in the queue.
    fn put_in_order(&mut self, plan: &Plan) {
        let mut needs: Vec<(usize, &Code)> = plan
            .proposals
            .iter()
            .map(|p| (p.at, &p.need))
            .chain(plan.unfilled.iter().map(|u| (u.at, &u.need)))
            .collect();
        needs.sort_unstable();
        needs.dedup();
        let mut after = 0;
        for (_, need) in needs {
            if let Some(at) = self.order.iter().position(|known| known == need) {
                after = at + 1;
            } else {
                self.order.insert(after, need.clone());
                after += 1;
            }
        }
    }

    fn drop_choices(&mut self, view: &PlanView) -> Vec<Pair> {
        let is_kept = |(need, supplier): &(Code, Code)| {
            let mut all = self.entries.iter();
            all.any(|entry| {
                entry.need == *need && entry.proposal().is_some_and(|p| p.supplier == *supplier)
            })
        };
        let (kept, lost): (Vec<_>, Vec<_>) = view.choices.fixed.iter().cloned().partition(is_kept);
        self.choices.fixed = kept;
        lost.into_iter()
            .map(|(need, supplier)| Pair { need, supplier })
            .collect()
    }
}

/// Whether a proposal is on its way or booked already: the plan was made before that was known.
fn is_settled(entry: &Entry, proposal: &Proposal) -> bool {
    entry.need == proposal.need
        && matches!(&entry.what, What::Sent(p) | What::Confirmed(p) if p.supplier == proposal.supplier)
}

/// A proposal, with who was proposed in its place before.
fn proposed(proposal: &Proposal, old: &[Entry], view: &PlanView) -> Entry {
    let before = old.iter().filter(|entry| entry.need == proposal.need);
    let is_proposed = |supplier: &Code| {
        let mut all = view.plan.proposals.iter();
        all.any(|p| p.need == proposal.need && p.supplier == *supplier)
    };
    let mut was = None;
    for entry in before {
        if let What::Proposed(old, earlier) = &entry.what {
            if old.supplier == proposal.supplier {
                was.clone_from(earlier);
                break;
            }
            if !is_proposed(&old.supplier) && proposal.reason != Reason::Chosen {
                let lost = view
                    .lost
                    .iter()
                    .find(|(need, lost)| *need == proposal.need && lost.supplier == old.supplier);
                was = Some(Was {
                    supplier: old.supplier.clone(),
                    lost: lost.map(|(_, lost)| lost.clone()),
                });
            }
        }
    }
    Entry {
        need: proposal.need.clone(),
        what: What::Proposed(proposal.clone(), was),
    }
}
