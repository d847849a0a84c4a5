use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::{say, service};

/// How long a database that is away is waited for: whoever started this waits for its end.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings every database up to date and says so.
pub(crate) async fn migrate(settings: Settings) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    for &role in &settings.roles {
        let database = service::open_database(&settings, role, Some(PATIENCE)).await?;
        service::migrate(&database, role).await?;
        say(&format!("the database of {role} is up to date\n"));
    }
    Ok(ExitCode::SUCCESS)
}
