//! The list that narrows while somebody types.

use super::{Query, SearchKey};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many keys are looked at between two looks at the cancel flag.
const STRIDE: usize = 4096;

/// The positions that match a query, best first, remembered so that a longer query looks only at them.
#[derive(Debug, Default)]
pub struct Filter {
    last: Option<Last>,
    /// Best first.
    ids: Vec<u32>,
}

#[derive(Debug)]
struct Last {
    query: Query,
    keys: usize,
    /// The matching positions in their own order; empty when the query is empty, which every position matches.
    found: Vec<u32>,
}

impl Filter {
    /// A filter that has not been asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the last result. Call it when the keys have changed; a changed number of keys is noticed without it.
    pub fn reset(&mut self) {
        self.last = None;
        self.ids.clear();
    }

    /// The last result: positions in the keys, best first.
    #[must_use]
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The positions of the keys that match `query`, best score first, then in order; all of them in order for an empty query.
    pub fn query(&mut self, keys: &[SearchKey], query: &str) -> &[u32] {
        self.query_unless(keys, query, &AtomicBool::new(false));
        &self.ids
    }

    /// As [`query`](Self::query), but gives up with `None`, keeping the former result, soon after `cancel` becomes true.
    pub fn query_unless(
        &mut self,
        keys: &[SearchKey],
        query: &str,
        cancel: &AtomicBool,
    ) -> Option<&[u32]> {
        let query = Query::new(query);
        let (ids, found) = if query.is_empty() {
            ((0..count(keys)).collect(), Vec::new())
        } else {
            let hits = match self.narrowable(&query, keys.len()) {
                Some(before) => scan(keys, before.iter().copied(), &query, cancel)?,
                None => scan(keys, 0..count(keys), &query, cancel)?,
            };
            let found = hits.iter().map(|&(_, id)| id).collect();
            (best_first(hits), found)
        };
        self.ids = ids;
        self.last = Some(Last {
            query,
            keys: keys.len(),
            found,
        });
        Some(&self.ids)
    }

    /// The last result, if nothing outside it can match.
    fn narrowable(&self, query: &Query, keys: usize) -> Option<&[u32]> {
        let last = self.last.as_ref()?;
        let usable = last.keys == keys && !last.query.is_empty() && query.narrows(&last.query);
        usable.then_some(last.found.as_slice())
    }
}

/// Positions are 32 bits wide: no store comes near that many records.
fn count(keys: &[SearchKey]) -> u32 {
    u32::try_from(keys.len()).unwrap_or(u32::MAX)
}

fn scan(
    keys: &[SearchKey],
    ids: impl Iterator<Item = u32>,
    query: &Query,
    cancel: &AtomicBool,
) -> Option<Vec<(i64, u32)>> {
    let mut hits = Vec::new();
    for (done, id) in ids.enumerate() {
        if done % STRIDE == 0 && cancel.load(Ordering::Relaxed) {
            return None;
        }
        let score = keys.get(id as usize).and_then(|key| query.score(key));
        if let Some(score) = score {
            hits.push((score, id));
        }
    }
    Some(hits)
}

fn best_first(mut hits: Vec<(i64, u32)>) -> Vec<u32> {
    hits.sort_unstable_by_key(|&(score, id)| (std::cmp::Reverse(score), id));
    hits.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Vec<SearchKey> {
        ["王秀英", "王英", "李雷", "汪秀莹"]
            .iter()
            .enumerate()
            .map(|(i, name)| SearchKey::new(&[&format!("V{i:04}"), name]))
            .collect()
    }

    #[test]
    fn an_empty_query_gives_all_in_order() {
        assert_eq!(Filter::new().query(&keys(), ""), [0, 1, 2, 3]);
    }

    #[test]
    fn the_best_match_comes_first_and_equal_ones_in_order() {
        let mut filter = Filter::new();
        assert_eq!(filter.query(&keys(), "wy"), [1, 0, 3]);
        assert_eq!(filter.query(&keys(), "wxy"), [0, 3]);
        assert_eq!(filter.query(&keys(), "wxyz"), [] as [u32; 0]);
        assert_eq!(filter.query(&keys(), "wx"), [0, 3]);
    }

    #[test]
    fn changed_keys_are_searched_afresh() {
        let mut filter = Filter::new();
        let mut keys = keys();
        assert_eq!(filter.query(&keys, "李"), [2]);
        keys.push(SearchKey::new(&["V0009", "李雷雷"]));
        assert_eq!(filter.query(&keys, "李雷"), [2, 4]);
        keys.swap(0, 2);
        filter.reset();
        assert_eq!(filter.query(&keys, "李雷"), [0, 4]);
    }

    #[test]
    fn a_cancelled_search_keeps_the_former_result() {
        let mut filter = Filter::new();
        filter.query(&keys(), "wy");
        let cancel = AtomicBool::new(true);
        assert_eq!(filter.query_unless(&keys(), "li", &cancel), None);
        assert_eq!(filter.ids(), [1, 0, 3]);
        assert_eq!(filter.query(&keys(), "li"), [2]);
    }

    proptest! {
        #[test]
        fn narrowing_finds_what_a_fresh_search_finds(
            names in prop::collection::vec("[王李秀英单吕av12 ]{0,6}", 0..30),
            typed in "[wlxydsav12王英 ]{0,7}",
        ) {
            let keys: Vec<_> = names.iter().map(|name| SearchKey::new(&[name])).collect();
            let mut growing = Filter::new();
            for (end, _) in typed.char_indices().chain([(typed.len(), ' ')]) {
                let query = &typed[..end];
                let mut fresh = Filter::new();
                prop_assert_eq!(growing.query(&keys, query), fresh.query(&keys, query));
            }
        }

        #[test]
        fn any_text_can_be_searched_with_any_query(fields in prop::collection::vec(any::<String>(), 0..4), query in any::<String>()) {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let key = SearchKey::new(&fields);
            let _ = super::super::matches(&key, &query);
            prop_assert!(key.bytes() >= 24);
        }
    }
}
