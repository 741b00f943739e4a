//! The trees of categories and capabilities, with what was merged resolved.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::names::Names;

/// Parent, what it was merged into, and the flag `remote`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) parent: Option<u32>,
    pub(super) merged: Option<u32>,
    pub(super) remote: bool,
}

/// Of every node, by its number, whether it is another or below it.
pub(super) type Below = Arc<[bool]>;

/// Nodes by their number.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) names: Names,
    pub(super) nodes: HashMap<u32, Node>,
    /// What is below nodes that were asked for, as long as nothing changes.
    below: Mutex<HashMap<u32, Below>>,
}

impl Tree {
    /// Puts a node in place of the one before.
    pub(super) fn put(&mut self, id: u32, node: Node) {
        self.nodes.insert(id, node);
        self.below
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Which nodes are `high` or below it. A node that is numbered later may be missing at the end: it is below none then.
    pub(super) fn below(&self, high: u32) -> Below {
        let mut below = self.below.lock().unwrap_or_else(PoisonError::into_inner);
        let count = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        if let Some(known) = below.get(&high)
            && known.len() == count as usize
        {
            return Arc::clone(known);
        }
        let made: Below = (0..count).map(|id| self.within(id, high)).collect();
        below.insert(high, Arc::clone(&made));
        made
    }

    /// What a node counts as: the end of its chain of mergers.
    pub(super) fn effective(&self, id: u32) -> u32 {
        let mut seen = Vec::new();
        let mut at = id;
        while let Some(next) = self.nodes.get(&at).and_then(|node| node.merged) {
            if next == id || seen.contains(&next) {
                break;
            }
            seen.push(next);
            at = next;
        }
        at
    }

    /// Every node that counts as another.
    pub(super) fn all_that_are(&self, effective: u32) -> impl Iterator<Item = u32> + '_ {
        let count = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        (0..count).filter(move |id| self.effective(*id) == effective)
    }

    /// Whether `low` is `high` or below it.
    pub(super) fn within(&self, low: u32, high: u32) -> bool {
        let high = self.effective(high);
        let mut at = self.effective(low);
        for _ in 0..=self.names.len() {
            if at == high {
                return true;
            }
            match self.nodes.get(&at).and_then(|node| node.parent) {
                Some(parent) => at = self.effective(parent),
                None => return false,
            }
        }
        false
    }
}
