//! All servers of a comparison, and every kind of request that they are asked.

use std::path::{Path, PathBuf};

use super::bench::{Bench, Effort};
use super::capture::Captured;
use super::cold;
use super::kinds::{self, Kind};
use super::paced::Paced;
use super::rivals::{self, Certificate, Rival};
use super::table::{NotMeasured, Row};
use crate::failure::Result;
use crate::screen;
use crate::workspace::Workspace;

/// Everything that is compared with another server.
pub(super) struct Comparison<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) effort: Effort,
    pub(super) paced: Paced,
}

impl Comparison<'_> {
    /// All rows; the one over much data only where every kind is measured.
    pub(super) fn rows(&self, data: &Path) -> Result<Vec<Row>> {
        let folder = self.workspace.own("bench/speed/served")?;
        let bench = Bench {
            folder: folder.parent().unwrap_or(Path::new(".")),
            effort: self.effort,
        };
        let mut rows = self.hot(&bench, data, &folder)?;
        if self.effort.is_full {
            rows.push(self.told(self.cold(&bench).unwrap_or_else(kinds::no_cold_row)));
        }
        Ok(rows)
    }

    /// Music that is asked for again and again, and what Express and TLS take.
    fn hot(&self, bench: &Bench<'_>, data: &Path, served: &Path) -> Result<Vec<Row>> {
        let workspace = self.workspace;
        let haas = Rival::haas(workspace, data, &[], None)?;
        let captured = Captured::from(haas.address(), served)?;
        let nginx = Rival::nginx(&captured, None)?;
        let express = Rival::express(workspace, &captured);
        let is_wanted = |kind: &Kind| self.effort.is_full || !kind.is_another;
        let mut rows = Vec::new();
        for kind in kinds::hot_kinds(&captured)?.into_iter().filter(is_wanted) {
            rows.push(self.told(bench.row(&kind, &haas, &nginx)));
        }
        for kind in kinds::session_kinds(&captured)?
            .into_iter()
            .filter(is_wanted)
        {
            rows.push(self.told(match &express {
                Ok(express) => bench.row(&kind, &haas, express),
                Err(failure) => absent(&kind, failure.to_string()),
            }));
        }
        rows.push(self.told(self.paced.row(workspace, &haas, &nginx)));
        drop((haas, nginx, express));
        rows.extend(self.tls(bench, data, &captured)?);
        Ok(rows)
    }

    /// Says it at once where all of it takes long.
    fn told(&self, row: Row) -> Row {
        if self.effort.is_full {
            screen::say(&format!("  {}", row.line()));
        }
        row
    }

    fn tls(&self, bench: &Bench<'_>, data: &Path, captured: &Captured) -> Result<Vec<Row>> {
        let kinds = kinds::tls_kinds(captured)?;
        let rows = match self.tls_servers(bench, data, captured) {
            Ok((haas, nginx)) => {
                let rows = kinds
                    .iter()
                    .map(|kind| self.told(bench.row(kind, &haas, &nginx)));
                rows.collect()
            }
            Err(not) => {
                let row = |kind: &Kind| Row {
                    aim: kind.aim,
                    found: Err(not.clone()),
                };
                kinds.iter().map(|kind| self.told(row(kind))).collect()
            }
        };
        Ok(rows)
    }

    fn tls_servers(
        &self,
        bench: &Bench<'_>,
        data: &Path,
        captured: &Captured,
    ) -> Result<(Rival, Rival), NotMeasured> {
        if !rivals::haas_speaks_tls(self.workspace)? {
            let why = "this haas does not know --tls-cert";
            return Err(NotMeasured::Absent(why.to_owned()));
        }
        let certificate = Certificate::make(bench.folder)?;
        let haas = Rival::haas(self.workspace, data, &[], Some(&certificate))?;
        Ok((haas, Rival::nginx(captured, Some(&certificate))?))
    }

    /// Music that no cache of the processor holds.
    fn cold(&self, bench: &Bench<'_>) -> Result<Row> {
        let library = cold::Library::make(self.workspace)?;
        let environment = [
            ("HAAS_MUSIC__MEDIA_CACHE", library.cache.as_str()),
            // Nothing is transcoded beside the measurement.
            ("HAAS_MUSIC__PREPARATION_WORKERS", "0"),
        ];
        let haas = Rival::haas(self.workspace, &library.data, &environment, None)?;
        let files = library.files(haas.address())?;
        let captured = Captured::empty(&self.served_cold()?)?;
        for (path, _) in &files {
            captured.keep(haas.address(), path)?;
        }
        let nginx = Rival::nginx(&captured, None)?;
        Ok(bench.row(&kinds::cold_kind(&files), &haas, &nginx))
    }

    fn served_cold(&self) -> Result<PathBuf> {
        self.workspace.own("bench/speed/served-cold")
    }
}

fn absent(kind: &Kind, why: String) -> Row {
    Row {
        aim: kind.aim,
        found: Err(NotMeasured::Absent(why)),
    }
}
