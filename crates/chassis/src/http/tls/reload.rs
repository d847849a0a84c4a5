use std::time::Duration;

use super::Tls;
use super::certificate::{Identity, TlsError};
use crate::lifecycle::Tasks;
use crate::problem;

impl Tls {
    /// Looks at the files now and then, until the stop. A change is taken for new connections once two looks have seen
    /// the same: whoever writes them writes one after the other. What cannot be used is said once and changes nothing.
    ///
    /// Contents are compared, not times: where secrets are mounted, a link is turned to another folder.
    pub async fn watch(self, every: Duration, tasks: Tasks) {
        let mut done = self.fingerprint;
        let mut seen = done;
        while tasks.pause(every).await {
            let files = self.files.clone();
            let Ok((found, read)) = tokio::task::spawn_blocking(move || files.read()).await else {
                continue;
            };
            if found != done && found == seen {
                done = found;
                self.take(read);
            }
            seen = found;
        }
    }

    fn take(&self, read: Result<Identity, TlsError>) {
        let taken = read.and_then(|identity| {
            let ends = identity.ends;
            Ok((identity.into_config()?, ends))
        });
        match taken {
            Ok((config, ends)) => {
                self.config.store(config.into());
                self.metrics.in_force(ends);
                self.metrics.reloads.inc();
                let ends = ends.map(|ends| ends.to_string());
                tracing::info!(ends, "the certificate has changed; new connections get it");
            }
            Err(error) => {
                self.metrics.failed_reloads.inc();
                let error = problem::chain(&error);
                tracing::error!(
                    error,
                    "the changed certificate cannot be used; the one before stays in force"
                );
            }
        }
    }
}
