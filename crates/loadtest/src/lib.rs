//! Virtual listeners: users of a music service with a playback buffer, who start when they are due whatever the server
//! does. A black box: it knows a server by its addresses and playlists only.

mod arrivals;
mod bounded;
mod capacity;
mod catalogue;
mod count;
mod environment;
mod gathering;
mod interrupts;
mod jmx;
mod link_speed;
mod listener;
mod original;
mod playback;
mod playlist;
mod plays;
mod preflight;
mod quality;
mod report;
mod run;
mod scenario;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod secure;
mod series;
mod server_figures;
mod session;
mod tally;
mod target;
mod verdict;
mod visitor;
mod wire;
mod worker;

pub use arrivals::Process;
pub use bounded::{read_bounded, read_text_bounded};
pub use capacity::{Bound, Capacity, CapacityError, CapacityOptions, Step, Why, find_capacity};
pub use gathering::Progress;
pub use jmx::{JMX_BYTES_MAX, JmxError, ReadPlan, WrittenPlan};
pub use listener::Player;
pub use preflight::PreflightError;
pub use report::{Comparison, Percentiles, Report, ReportError, Threshold};
pub use run::{Options, RunError, run};
pub use scenario::{
    FilePlan, ListenerPlan, Phase, Scenario, ScenarioError, SongPlan, Thresholds, VisitorPlan,
};
pub use series::{Row, Series};
pub use server_figures::{ServerRow, Watched};
pub use target::TargetError;
pub use verdict::{Miss, Reason, Verdict};
pub use wire::Shape;
