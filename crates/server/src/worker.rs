//! `haas worker`: what prepares music, on machines that serve nobody. Any number of them share the jobs of one database.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chassis::config::Effective;
use chassis::http::{self, Admin};
use chassis::lifecycle::{Readiness, StopSignals, Tasks};
use chassis::service::Context;
use chassis::supervisor::{self, State};
use prometheus_client::registry::Registry;

use crate::failure::Failure;
use crate::role::Role;
use crate::serve::{bind_admin, ended, listener_address};
use crate::settings::Settings;
use crate::{say, service};

/// Works until a signal; what is in hand then is given back to the others.
pub(crate) async fn work(
    settings: Settings,
    effective: Effective,
    workers: Option<u8>,
) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    let mut signals = StopSignals::listen()
        .map_err(|error| Failure::new("could not listen to signals", error))?;
    service::check_folder(&settings)?;
    service::check_schemas(&settings).await?;
    let admin = bind_admin(&settings, &effective)?;
    say(&format!("admin http://{}\n", listener_address(&admin)?));

    let tasks = Tasks::default();
    let readiness = Readiness::default();
    let metrics = Arc::new(OnceLock::new());
    let told = Admin {
        readiness: readiness.clone(),
        metrics: Arc::clone(&metrics),
        config: effective.to_toml().into(),
    };
    tasks.spawn(http::serve(admin, http::admin_router(told), tasks.clone()));

    let mut registry = Registry::default();
    let workers = workers.map_or_else(processors, usize::from);
    tokio::select! {
        started = start(&settings, &tasks, workers, &mut registry) => started?,
        () = signals.next() => {
            tasks.stop(settings.grace).await;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let _set_once = metrics.set(registry);
    readiness.set_ready();
    supervisor::tell(State::Ready);
    tracing::info!(workers, "ready");
    // Nobody sends a worker requests that would have to go elsewhere first.
    let stopped = signals.stop(&tasks, &readiness, Duration::ZERO, settings.grace);
    ended(stopped.await)
}

async fn start(
    settings: &Settings,
    tasks: &Tasks,
    workers: usize,
    registry: &mut Registry,
) -> Result<(), Failure> {
    chassis::process::register(registry);
    for &role in &settings.roles {
        let objects = service::open_objects(settings, role)?;
        service::keep_swept(&objects, tasks);
        let (database, clock) = service::open_current_database(settings, role).await?;
        let mut context = Context {
            database,
            objects,
            work: settings.work(),
            clock,
            tasks: tasks.clone(),
            metrics: registry.sub_registry_with_prefix(role.name()),
        };
        match role {
            Role::Music => music::start_worker(&mut context, workers),
        }
    }
    Ok(())
}

/// As many as the machine or its control group gives us.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
