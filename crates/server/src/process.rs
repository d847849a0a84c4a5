//! What `serve` and `worker` have in common: a process that says how it is on its admin listener, and stops in order.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chassis::config::Effective;
use chassis::http::{self, Admin, BindError};
use chassis::lifecycle::{Readiness, StopSignals, Stopped, Tasks};
use chassis::supervisor::{self, State};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::service;
use crate::settings::Settings;

/// A process that runs until a signal or a failed task.
pub(crate) struct Process {
    pub(crate) tasks: Tasks,
    pub(crate) readiness: Readiness,
    signals: StopSignals,
    metrics: Arc<OnceLock<Registry>>,
    grace: Duration,
}

impl Process {
    /// Starts the log, takes the signals over, and refuses what could not work: whoever reads the address of a listener
    /// takes it that the process is here to stay.
    pub(crate) async fn begin(settings: &Settings) -> Result<Self, Failure> {
        chassis::telemetry::start(&settings.telemetry);
        let tasks = Tasks::default();
        let signals = StopSignals::survive_hangups(&tasks).and_then(|()| StopSignals::listen());
        let signals =
            signals.map_err(|error| Failure::new("could not listen to signals", error))?;
        service::check_folder(settings)?;
        service::check_schemas(settings).await?;
        Ok(Self {
            tasks,
            readiness: Readiness::default(),
            signals,
            metrics: Arc::default(),
            grace: settings.grace,
        })
    }

    /// Tells on the admin listener how the process is, from now on.
    pub(crate) fn tell(&self, admin: TcpListener, effective: &Effective) {
        let told = Admin {
            readiness: self.readiness.clone(),
            metrics: Arc::clone(&self.metrics),
            config: effective.to_toml().into(),
        };
        let tasks = self.tasks.clone();
        self.tasks
            .spawn(http::serve(admin, http::admin_router(told), tasks));
    }

    /// Waits for what the process needs; none when it was asked to stop meanwhile, and has.
    pub(crate) async fn start<T>(
        &mut self,
        start: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Option<T>, Failure> {
        tokio::select! {
            started = start => started.map(Some),
            () = self.signals.next() => {
                self.tasks.stop(self.grace).await;
                Ok(None)
            }
        }
    }

    /// Says that it is ready, and runs until a signal or a failed task; then it is not ready for `drain`, and stops.
    pub(crate) async fn run(
        self,
        registry: Registry,
        drain: Duration,
    ) -> Result<ExitCode, Failure> {
        let _set_once = self.metrics.set(registry);
        self.readiness.set_ready();
        supervisor::tell(State::Ready);
        tracing::info!("ready");
        let stopped = self
            .signals
            .stop(&self.tasks, &self.readiness, drain, self.grace);
        match stopped.await {
            Stopped::BySignal => Ok(ExitCode::SUCCESS),
            Stopped::ByTask(name) => Err(Failure::plain(format!(
                "stopped because the task {name:?} ended; the log says why"
            ))),
        }
    }
}

/// Nobody asked for the default admin port, so that a second process on the machine takes a free one instead.
pub(crate) fn bind_admin(
    settings: &Settings,
    effective: &Effective,
) -> Result<TcpListener, Failure> {
    let address = settings.admin_listen;
    match http::bind(address) {
        Err(error)
            if error.kind() == ErrorKind::AddrInUse
                && effective.is_default("server", "admin_listen") =>
        {
            tracing::info!(%address, "the admin listener's default port is taken; taking a free one");
            bind(SocketAddr::new(address.ip(), 0), "--admin-listen")
        }
        bound => bound.map_err(|error| not_bound(error, "--admin-listen")),
    }
}

/// Listens; `flag` is what changes the address.
pub(crate) fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    http::bind(address).map_err(|error| not_bound(error, flag))
}

fn not_bound(error: BindError, flag: &str) -> Failure {
    Failure::new(&format!("could not start (another address: {flag})"), error)
}

/// Where a listener listens.
pub(crate) fn listener_address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr();
    address.map_err(|error| Failure::new("a listener has no address", error))
}
