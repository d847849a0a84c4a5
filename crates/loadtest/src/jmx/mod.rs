//! Plans of `JMeter` (JMX): a plan becomes a scenario, and a scenario a plan.
//!
//! The two tools ask differently. A thread of `JMeter` asks again as soon as it has its answer; a visitor asks when a request
//! is due. What one of them cannot say is no error but a note, in the words of the reader of the result.

mod address;
mod arrange;
mod element;
mod group;
mod notes;
mod read;
mod sampler;
#[cfg(test)]
mod tests;
mod tree;
mod variables;
mod write;
mod xml;

use crate::scenario::{Scenario, ScenarioError};

/// The largest plan that is read: one of a thousand samplers has about 2 MB.
pub const JMX_BYTES_MAX: usize = 16 * 1024 * 1024;
/// A variable of a plan that says which row of the original table it reconstructs.
const ORIGINAL_VARIABLE: &str = "haas_original";

/// A plan as a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPlan {
    /// Who comes when, and what they ask for.
    pub scenario: Scenario,
    /// The server that the plan asks.
    pub target: Option<String>,
    /// What was not understood or is done otherwise, each with its place.
    pub notes: Vec<String>,
}

/// A scenario as a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPlan {
    /// The plan.
    pub text: String,
    /// What of the scenario a plan cannot say.
    pub notes: Vec<String>,
}

/// Why a plan is no scenario, or a scenario no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JmxError {
    /// It is no XML, or more of it than is read.
    #[error("line {line}: {what}")]
    Xml {
        /// Where.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Its meaning has no counterpart.
    #[error("{0}")]
    Meaning(String),
    /// It means a scenario that cannot be run.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

impl Scenario {
    /// Reads a plan of `JMeter`: thread groups, loops and HTTP samplers with GET.
    pub fn from_jmx(text: &str) -> Result<ReadPlan, JmxError> {
        read::plan(&tree::read(text)?)
    }

    /// Writes a plan for `JMeter` 5.6 that asks a server for what the visitors of this scenario ask.
    pub fn to_jmx(&self, target: &str) -> Result<WrittenPlan, JmxError> {
        write::plan(self, target)
    }
}
