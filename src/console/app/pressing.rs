//! A key: what it means where it is pressed, and what is said of keys that mean nothing.

use super::App;
use crate::console::keys::{Key, Lookup, show_sequence};
use crate::console::widgets::status::{Kind as Tone, Status};
use crate::domain::lang::counted;
use crate::say;

impl App {
    pub(super) fn take_key(&mut self, key: Key) {
        self.status = None;
        self.begin_typing();
        let (stack, mut before) = (self.stack(), self.pending.clone());
        match self.model.keymap.resolve(&stack, &mut self.pending, key) {
            Lookup::Action(action) => self.act(action),
            Lookup::Pending => {}
            Lookup::Broken => {
                before.push(key);
                self.say_broken(&before);
            }
            Lookup::None => self.front(|view, ctx| {
                view.key(key, ctx);
            }),
        }
    }

    /// That something is wrong with the user's configuration or key map: the first of it, and where the rest is.
    pub(super) fn say_problems(&mut self) {
        let (lang, count) = (self.model.lang, self.model.problems.len());
        let Some(first) = self.model.problems.first() else {
            return;
        };
        let (first, problems) = (first.get(lang), counted(count, "problem", "problems"));
        let said = say!(lang, zh: "设置有 {count} 个问题（见 :key-problems）：{first}", en: "{problems} with settings (see :key-problems): {first}");
        self.status = Some(Status::new(Tone::Error, said));
    }

    /// That keys pressed one after the other mean nothing.
    pub(super) fn say_broken(&mut self, keys: &[Key]) {
        let keys = show_sequence(keys);
        let said = say!(self.model.lang, zh: "{keys} 没有意义", en: "{keys} means nothing");
        self.status = Some(Status::new(Tone::Warn, said));
    }
}
