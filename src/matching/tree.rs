//! Codes as numbers, and the trees of categories and capabilities with what was merged resolved.

use std::collections::HashMap;

use crate::domain::Code;

/// Codes of one kind, numbered in the order in which they are met.
#[derive(Debug, Default)]
pub(super) struct Names {
    ids: HashMap<Code, u32>,
    codes: Vec<Code>,
}

impl Names {
    pub(super) fn id(&mut self, code: &Code) -> u32 {
        if let Some(id) = self.ids.get(code) {
            return *id;
        }
        let id = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        self.ids.insert(code.clone(), id);
        self.codes.push(code.clone());
        id
    }

    pub(super) fn find(&self, code: &Code) -> Option<u32> {
        self.ids.get(code).copied()
    }

    pub(super) fn code(&self, id: u32) -> Code {
        self.codes.get(id as usize).cloned().unwrap_or_default()
    }

    pub(super) fn code_ref(&self, id: u32) -> Option<&Code> {
        self.codes.get(id as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }
}

/// Parent, what it was merged into, and the flag `remote`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) parent: Option<u32>,
    pub(super) merged: Option<u32>,
    pub(super) remote: bool,
}

/// Nodes by their number.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) names: Names,
    pub(super) nodes: HashMap<u32, Node>,
}

impl Tree {
    /// What a node counts as: the end of its chain of mergers.
    pub(super) fn effective(&self, id: u32) -> u32 {
        let mut seen = vec![id];
        let mut at = id;
        while let Some(next) = self.nodes.get(&at).and_then(|node| node.merged) {
            if seen.contains(&next) {
                break;
            }
            seen.push(next);
            at = next;
        }
        at
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
