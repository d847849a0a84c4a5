//! Virtual listeners: users of a music service with a playback buffer, who start when they are due whatever the server
//! does. A black box: it knows a server by its addresses and playlists only.

mod arrivals;
mod catalogue;
mod link_speed;
mod listener;
mod playback;
mod playlist;
mod plays;
mod quality;
mod report;
mod run;
mod scenario;
#[cfg(test)]
mod scripted;
mod tally;
mod verdict;
mod wire;

pub use arrivals::Process;
pub use listener::Player;
pub use report::Report;
pub use run::{RunError, run};
pub use scenario::{ListenerPlan, Phase, Scenario, ScenarioError};
pub use verdict::Verdict;
pub use wire::Shape;
