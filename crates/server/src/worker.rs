//! `haas worker`: what prepares music, on machines that serve nobody. Any number of them share the jobs of one database.

use std::process::ExitCode;
use std::time::Duration;

use chassis::config::Effective;
use chassis::lifecycle::Tasks;
use chassis::service::Context;
use prometheus_client::registry::Registry;

use crate::failure::Failure;
use crate::process::{Process, bind_admin, listener_address};
use crate::role::Role;
use crate::settings::Settings;
use crate::{say, service};

/// Works until a signal; what is in hand then is given back to the others.
pub(crate) async fn work(
    settings: Settings,
    effective: Effective,
    workers: Option<u8>,
) -> Result<ExitCode, Failure> {
    let mut process = Process::begin(&settings).await?;
    let admin = bind_admin(&settings, &effective)?;
    say(&format!("admin http://{}\n", listener_address(&admin)?));
    process.tell(admin, &effective);

    let tasks = process.tasks.clone();
    let mut registry = Registry::default();
    let workers = workers.map_or_else(processors, usize::from);
    let started = Box::pin(start(&settings, &tasks, workers, &mut registry));
    if process.start(started).await?.is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!(workers, "preparing music");
    // Nobody sends a worker requests that would have to go elsewhere first.
    process.run(registry, Duration::ZERO).await
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
        let (database, clock) = service::open_current_database(settings, role, None).await?;
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
