use std::process::ExitCode;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::{say, service};

/// Brings every database up to date and says so.
pub(crate) async fn migrate(settings: Settings) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    for &role in &settings.roles {
        let database = service::open_database(&settings, role, Some(service::PATIENCE)).await?;
        service::migrate(&database, role).await?;
        say(&format!("the database of {role} is up to date\n"));
    }
    Ok(ExitCode::SUCCESS)
}
