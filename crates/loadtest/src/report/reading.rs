//! Reads reports that were written before: files, which may say anything.

use serde::Deserialize;
use serde_json::Value;

use super::{Report, SCHEMA};
use crate::capacity;
use crate::series::ROWS_MAX;

/// More than any run counts or waits, in whatever unit; sums over all rows of what is below stay far from the end of 64 bits.
const FIGURE_MAX: f64 = 1e15;
/// What was asked for, and what others said: shown as it is, and nothing is reckoned with it.
const NOT_FOUND_BY_RUNS: [&str; 2] = ["scenario", "server"];

/// Why a text is no report that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is something else.
    #[error("it is no report: {0}")]
    NoReport(serde_json::Error),
    /// A search found it, in many runs.
    #[error(
        "it is the result of a search (`haas load capacity`), which cannot be compared with runs: only reports of \
         `haas load` can"
    )]
    Search,
    /// Another version of this program wrote it.
    #[error("its schema is {found}; this program reads {SCHEMA}")]
    OtherSchema {
        /// What it says.
        found: u32,
    },
    /// A field is missing, or of another kind.
    #[error("its {place}: {error}")]
    Incomplete {
        /// Where in the report.
        place: String,
        /// What is wrong there.
        error: serde_json::Error,
    },
    /// A figure that no run can have.
    #[error("its {place} is {found}; figures of a run are 0 to {FIGURE_MAX:e}")]
    Impossible {
        /// Where in the report.
        place: String,
        /// What it says.
        found: f64,
    },
    /// More of a run over time than any report keeps.
    #[error("its series has {found} rows; a report has at most {ROWS_MAX}")]
    TooLong {
        /// How many rows.
        found: usize,
    },
}

impl Report {
    /// Reads a report that was written before.
    pub fn read(json: &str) -> Result<Self, ReportError> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        let all: Value = serde_json::from_str(json).map_err(ReportError::NoReport)?;
        if all.get("kind").and_then(Value::as_str) == Some(capacity::KIND) {
            return Err(ReportError::Search);
        }
        let Version { schema } = Version::deserialize(&all).map_err(ReportError::NoReport)?;
        if schema != SCHEMA {
            return Err(ReportError::OtherSchema { found: schema });
        }
        let found = all.as_object().into_iter().flatten();
        let found = found.filter(|(name, _)| !NOT_FOUND_BY_RUNS.contains(&name.as_str()));
        for (name, value) in found {
            if let Some((place, found)) = impossible(name, value) {
                return Err(ReportError::Impossible { place, found });
            }
        }
        let mut fields = serde_json::Deserializer::from_str(json);
        let report: Self = serde_path_to_error::deserialize(&mut fields).map_err(incomplete)?;
        let rows = report.series.rows.len();
        if ROWS_MAX < rows {
            return Err(ReportError::TooLong { found: rows });
        }
        Ok(report)
    }
}

fn incomplete(error: serde_path_to_error::Error<serde_json::Error>) -> ReportError {
    // What is missing on top has no place but the whole.
    let place = match error.path().iter().next() {
        Some(_) => error.path().to_string(),
        None => "fields".to_owned(),
    };
    ReportError::Incomplete {
        place,
        error: error.into_inner(),
    }
}

/// The first figure that no run can have, with its place.
fn impossible(name: &str, value: &Value) -> Option<(String, f64)> {
    let within = |(place, figure): (String, f64)| (format!("{name}.{place}"), figure);
    match value {
        Value::Number(number) => {
            let figure = number.as_f64()?;
            let is_possible = (0.0..=FIGURE_MAX).contains(&figure);
            (!is_possible).then(|| (name.to_owned(), figure))
        }
        Value::Array(all) => (0..)
            .zip(all)
            .find_map(|(index, value): (usize, _)| impossible(&index.to_string(), value))
            .map(within),
        Value::Object(all) => all
            .iter()
            .find_map(|(name, value)| impossible(name, value))
            .map(within),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample;

    /// A report with every field that there is, and every kind of reason and miss, which no run has at once. While the schema
    /// is 2 nothing in it changes; a field that is new is only added.
    const SECOND: &str = include_str!("schema-2.json");

    #[test]
    fn what_was_written_once_is_read_and_written_with_the_same_fields() {
        let written: Value = serde_json::from_str(SECOND).unwrap();
        let report = Report::read(SECOND).unwrap();
        assert_eq!(serde_json::to_value(&report).unwrap(), written);
        let mut nulls = Vec::new();
        unknown(&written, String::new(), &mut nulls);
        assert_eq!(nulls, [""; 0], "a field without a value is not looked at");
    }

    /// The places where nothing is said.
    fn unknown(value: &Value, place: String, all: &mut Vec<String>) {
        match value {
            Value::Null => all.push(place),
            Value::Object(fields) => {
                for (name, value) in fields {
                    unknown(value, format!("{place}/{name}"), all);
                }
            }
            Value::Array(values) => {
                for value in values {
                    unknown(value, format!("{place}/-"), all);
                }
            }
            _ => {}
        }
    }

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let mut report = serde_json::to_value(sample::mixed("evening")).unwrap();
        change(&mut report);
        Report::read(&report.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn a_figure_that_no_run_has_is_refused_with_its_place() {
        for figure in [json!(-1), json!(1e300), json!(u64::MAX)] {
            let error = refused(|report| report["visiting"]["response_ms"]["p99"] = figure.clone());
            assert!(
                error.starts_with("its visiting.response_ms.p99 is "),
                "{error}"
            );
            let error = refused(|report| report["series"]["rows"][7]["bytes"] = figure);
            assert!(error.starts_with("its series.rows.7.bytes is "), "{error}");
        }
    }

    #[test]
    fn a_field_of_another_kind_is_named_with_its_place() {
        let error = refused(|report| report["listening"]["plays"] = json!("x"));
        let said = "its listening.plays: invalid type: string \"x\", expected u64";
        assert!(error.starts_with(said), "{error}");
        let error = refused(|report| {
            report.as_object_mut().unwrap().remove("target");
        });
        assert!(
            error.starts_with("its fields: missing field `target`"),
            "{error}"
        );
    }

    #[test]
    fn a_search_is_no_run() {
        let search = include_str!("../capacity/schema-1.json");
        assert!(matches!(Report::read(search), Err(ReportError::Search)));
    }

    #[test]
    fn what_others_said_and_what_was_asked_may_be_anything() {
        let mut report = sample::mixed("evening");
        report.scenario.seed = u64::MAX;
        report.server.as_mut().unwrap().series[0].active_plays = Some(-1.0);
        assert!(Report::read(&report.to_json()).unwrap() == report);
    }

    #[test]
    fn a_run_over_time_is_no_longer_than_a_report_keeps_it() {
        let error = refused(|report| {
            let rows = report["series"]["rows"].as_array_mut().unwrap();
            rows.resize(ROWS_MAX + 1, json!({}));
        });
        assert!(error.contains("3601 rows"), "{error}");
    }
}
