//! The console as its user meets it: the real loop, driven key by key over a small district.

mod console {
    mod actions;
    mod drafts;
    mod own_streets;
    mod pictures;
    mod plan;
    mod search;
    mod sizes;
    pub mod stage;
    mod stories;
    mod together;
    mod weights;
    mod what_if;
}
