//! What the user may do, and what the console does when that becomes less while it is open.

use super::{App, End};
use crate::console::actions::needs;
use crate::console::widgets::status::{Kind as Tone, Status};
use crate::desk::{Access, Scope};
use crate::domain::Right;
use crate::domain::kinds::Word;
use crate::text;

impl App {
    /// The right that an action needs and the user has nowhere.
    pub(super) fn lacks(&self, action: &str) -> Option<Right> {
        needs(action).filter(|right| !self.model.access.allows(*right))
    }

    /// Looks at what the user may do now: grants may be among the news.
    pub(super) fn heed_rights(&mut self) {
        let now = self.model.desk.access();
        let before = std::mem::replace(&mut self.model.access, now);
        if !is_less(&before, &self.model.access) {
            return;
        }
        // What is typed is found among the unfinished forms.
        self.keep();
        self.layers.clear();
        self.pending.clear();
        self.model.revealed = None;
        if self.model.access.allows(Right::Supply) {
            let said = text!(zh: "您的权限少了一些：打开的页面已关闭，填写的内容留在未完成的表单里", en: "You may do less now: what was open is closed, and what was typed is among the unfinished forms");
            self.status = Some(Status::new(Tone::Warn, said.get(self.model.lang)));
        } else {
            self.end = Some(End::Denied);
        }
    }
}

/// Whether some right holds in fewer streets than before.
fn is_less(before: &Access, now: &Access) -> bool {
    let is_kept = |right: &Right| match (before.scope(*right), now.scope(*right)) {
        (Scope::Nowhere, _) | (_, Scope::Everywhere) => true,
        (Scope::Streets(before), Scope::Streets(now)) => before.is_subset(&now),
        _ => false,
    };
    !Right::ALL.iter().all(is_kept)
}
