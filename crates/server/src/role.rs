use std::fmt;
use std::str::FromStr;

/// A service this process may run. Only this crate knows roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Music,
}

impl Role {
    pub(crate) const ALL: [Self; 1] = [Self::Music];

    /// The name in flags, URLs, metrics and file names.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Music => "music",
        }
    }

    /// Every name, for messages.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let role = Self::ALL.into_iter().find(|role| role.name() == name);
        role.ok_or_else(|| format!("no service {name}; known are: {}", Self::names()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
