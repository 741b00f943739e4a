//! The key maps that are built in.

/// A key map that is built in. All but the first lie over the first, as a user's own does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// Arrows and letters, as the help shows them.
    #[default]
    Default,
    /// The hands of Vim.
    Vim,
    /// The hands of Emacs.
    Emacs,
}

impl Base {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Vim, Self::Emacs];

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Vim => "vim",
            Self::Emacs => "emacs",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|base| base.name() == name)
    }

    /// Its file and what stands in it.
    pub(super) fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Default => (
                "keymaps/default.toml",
                include_str!("../../../keymaps/default.toml"),
            ),
            Self::Vim => (
                "keymaps/vim.toml",
                include_str!("../../../keymaps/vim.toml"),
            ),
            Self::Emacs => (
                "keymaps/emacs.toml",
                include_str!("../../../keymaps/emacs.toml"),
            ),
        }
    }

    /// The files that it is made of, the lowest first.
    pub(super) fn layers(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Default => vec![self.file()],
            _ => vec![Self::Default.file(), self.file()],
        }
    }
}
