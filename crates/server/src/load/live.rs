//! What is told while a run lasts: to who looks on, and to who asks for metrics.

use std::net::SocketAddr;

use clap::Args;
use loadtest::Progress;

use super::metrics::LoadMetrics;
use super::view::View;
use crate::failure::Failure;

/// What is told while a run lasts, and where the server says how it does.
#[derive(Debug, Args)]
pub(super) struct LiveArguments {
    /// Says nothing before the report.
    #[arg(long)]
    quiet: bool,
    /// Serves metrics of the run for Prometheus on this address, below /metrics, while it lasts; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// The metrics of the server itself, to see how it does; several times for several instances. HaaS tells them on its
    /// admin listener.
    #[arg(long, value_name = "URL")]
    server_metrics: Vec<String>,
}

/// Everybody who is told.
pub(super) struct Live {
    view: View,
    metrics: Option<LoadMetrics>,
}

impl LiveArguments {
    /// The metrics of the server.
    pub(super) fn server_metrics(&self) -> Vec<String> {
        self.server_metrics.clone()
    }

    /// Begins to tell.
    pub(super) fn begin(&self) -> Result<Live, Failure> {
        let view = View::begin(self.quiet);
        let view = view.map_err(|error| Failure::new("progress cannot be shown", error))?;
        let metrics = self.metrics.map(LoadMetrics::serve).transpose();
        let metrics = metrics.map_err(|error| Failure::new("metrics cannot be served", error))?;
        if let Some(metrics) = &metrics {
            view.say(&format!("metrics: http://{}/metrics", metrics.address));
        }
        Ok(Live { view, metrics })
    }
}

impl Live {
    /// Says something between two runs.
    pub(super) fn say(&self, text: &str) {
        self.view.say(text);
    }

    /// Another second has passed.
    pub(super) fn tell(&mut self, progress: &Progress<'_>) {
        self.view.show(progress);
        if let Some(metrics) = &mut self.metrics {
            metrics.count(progress);
        }
    }

    /// The run is over.
    pub(super) fn end(self) {
        self.view.end();
    }
}
