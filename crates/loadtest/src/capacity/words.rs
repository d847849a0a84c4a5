//! A capacity in words.

use std::fmt::{Display, Formatter, Result};

use super::{Bound, Capacity, RATE_MAX};

impl Display for Capacity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let tried = self.tried.len();
        if self.is_interrupted {
            writeln!(f, "interrupted: what {tried} runs have found so far")?;
        }
        if let Some(why) = &self.broken_by {
            writeln!(f, "no further run could begin: {why}")?;
            writeln!(f, "what {tried} runs have found so far")?;
        }
        match self.starts_per_s {
            Some(rate) => {
                let (at_once, runs, of_runs) = (self.at_once, self.runs, self.of_runs);
                let percent = self.share_at_least * 100.0;
                writeln!(
                    f,
                    "{at_once} at once, {rate:.1} starts a second on this server"
                )?;
                writeln!(
                    f,
                    "  stable in {runs} of {of_runs} runs; these allow only to say that at least {percent:.0} % of such runs would be \
                     stable (95 % confidence)"
                )?;
            }
            None => writeln!(f, "no rate stayed stable")?,
        }
        // A rate is found by fewer all the same: so slow a server is never called the generator's fault.
        if !self.tried.is_empty() && self.sessions < self.sessions_min {
            let (sessions, least) = (self.sessions, self.sessions_min);
            writeln!(
                f,
                "  sessions in a run: {sessions}; fewer than the {least} that the scenario wants say little of the slowest, longer phases have \
                 more"
            )?;
        }
        if let Some(rate) = self.fails_at_starts_per_s {
            let what = match self.bound {
                Bound::Machine(_) | Bound::Scenario(_) => "not tried",
                _ => "not stable",
            };
            writeln!(f, "  {what} at {rate:.1} starts a second:")?;
        }
        match &self.bound {
            Bound::None => write!(f, "  no limit was found up to {RATE_MAX} starts a second"),
            Bound::Interrupted | Bound::Broken(_) => write!(f, "  no limit was found so far"),
            Bound::Server(misses) => write_lines(f, "the server was the limit", misses),
            Bound::Generator(reasons) => write_lines(
                f,
                "the generator was the limit, and whether the server takes more is not known",
                reasons,
            ),
            Bound::Machine(what) => write_lines(
                f,
                "the machine of the generator was the limit, and whether the server takes more is not known",
                std::slice::from_ref(what),
            ),
            Bound::Scenario(what) => write_lines(
                f,
                "the scenario was the limit, and whether the server takes more is not known: shorter phases have fewer sessions",
                std::slice::from_ref(what),
            ),
        }
    }
}

fn write_lines<T: Display>(f: &mut Formatter<'_>, what: &str, lines: &[T]) -> Result {
    write!(f, "  {what}")?;
    for line in lines {
        write!(f, "\n    {line}")?;
    }
    Ok(())
}
