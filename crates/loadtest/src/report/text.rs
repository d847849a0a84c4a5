//! A report in a few lines, for a terminal.

use std::fmt::{Display, Formatter, Result};

use super::{Listening, Percentiles, Report, Visiting};
use crate::count::to_f64;
use crate::server_figures::{ServerFigures, ServerRow};

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (korean, english) = (self.verdict.korean(), self.verdict.english());
        let badge = if self.is_excellent { ", excellent" } else { "" };
        writeln!(f, "{korean} ({english}{badge})")?;
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        for miss in &self.misses {
            writeln!(f, "  {miss}")?;
        }
        if let Some(legacy) = self.legacy_verdict {
            writeln!(
                f,
                "  by the rule of the original experiment: {}",
                legacy.korean()
            )?;
        }
        let sessions = self.sessions;
        writeln!(
            f,
            "  sessions     {} of {} started ({:.1} of {:.1} a second), {} ended, {} at once",
            sessions.started,
            sessions.planned,
            sessions.reached_per_s,
            sessions.offered_per_s,
            sessions.ended,
            sessions.active_max,
        )?;
        if let Some(listening) = &self.listening {
            write_listening(f, listening)?;
        }
        if let Some(visiting) = &self.visiting {
            write_visiting(f, visiting)?;
        }
        if let Some(server) = &self.server {
            write!(f, "{server}")?;
        }
        for (kind, count) in &self.faults {
            write!(f, "  fault        {kind}: {count}")?;
            if let Some(example) = self.fault_examples.get(kind) {
                write!(f, "; one of them: {example}")?;
            }
            writeln!(f)?;
        }
        for threshold in &self.thresholds {
            let word = if threshold.is_kept { "kept" } else { "missed" };
            let (name, found, limit) = (&threshold.name, threshold.found, threshold.limit);
            writeln!(f, "  {word:<12} {name} {found:.4}, at most {limit}")?;
        }
        let own = self.generator;
        if 0.0 < self.scenario.checked_share && 0 < own.answers {
            writeln!(
                f,
                "  bodies       {} compared, {} wrong",
                own.checked_bodies, own.wrong_bodies
            )?;
        }
        write!(
            f,
            "  generator    {:.1} ms late, {:.1} ms backlog (p99), {:.2} of {} processors, {:.0} MB, {} requests of all kinds, {:.1} MB read",
            own.lag_ms.p99,
            own.backlog_ms.p99,
            own.cpu_s / self.seconds.max(0.001),
            self.environment.processors,
            megabytes(own.memory_bytes),
            own.requests,
            megabytes(own.bytes),
        )
    }
}

impl Display for ServerFigures {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let rows = &self.series;
        if !rows.is_empty() {
            let most = |of: fn(&ServerRow) -> f64| rows.iter().map(of).fold(0.0, f64::max);
            writeln!(
                f,
                "  server       {:.2} processors at most, {:.0} MB, {:.0} requests/s, answers p50 {:.1} ms, p99 {:.1} ms at worst",
                most(|row| row.cpu_cores),
                megabytes(
                    rows.iter()
                        .map(|row| row.memory_bytes)
                        .max()
                        .unwrap_or_default()
                ),
                most(|row| row.requests_per_s),
                most(|row| row.response_p50_ms),
                most(|row| row.response_p99_ms),
            )?;
        }
        if let Some((fewest, most)) = self.fewest_and_most_pods() {
            writeln!(f, "  pods         {fewest} to {most}")?;
        }
        let shares = self.pods.iter().filter_map(|row| row.node_cpu_share);
        if let Some(share) = shares.max_by(f64::total_cmp) {
            writeln!(f, "  nodes        {:.0} % busy at most", share * 100.0)?;
        }
        for note in &self.notes {
            writeln!(f, "  not told     {note}")?;
        }
        Ok(())
    }
}

fn write_listening(f: &mut Formatter<'_>, listening: &Listening) -> Result {
    writeln!(
        f,
        "  plays        {}: {} failed, {} given up, {} skipped, {} with a stall",
        listening.plays,
        listening.failed,
        listening.abandoned,
        listening.skipped,
        listening.stalled
    )?;
    write_percentiles(f, "first sound", &listening.startup_ms, listening.plays)?;
    writeln!(
        f,
        "  stalls       {}, {:.1} s of silence; {:.3} % of silence and sound",
        listening.stalls,
        listening.stalled_s,
        listening.rebuffer_ratio * 100.0
    )?;
    if listening.played_s == 0.0 {
        return writeln!(f, "  quality      –");
    }
    writeln!(
        f,
        "  quality      {:.0} kbit/s on average, {} changes",
        listening.mean_kbit_per_s, listening.quality_switches
    )
}

fn write_visiting(f: &mut Formatter<'_>, visiting: &Visiting) -> Result {
    writeln!(
        f,
        "  requests     {} of visitors: {} failed",
        visiting.requests, visiting.failed
    )?;
    write_percentiles(f, "answer", &visiting.response_ms, visiting.requests)
}

fn write_percentiles(f: &mut Formatter<'_>, name: &str, all: &Percentiles, count: u64) -> Result {
    if count == 0 {
        return writeln!(f, "  {name:<12} –");
    }
    let Percentiles { p50, p95, p99, max } = all;
    writeln!(
        f,
        "  {name:<12} p50 {p50:.0} ms, p95 {p95:.0} ms, p99 {p99:.0} ms, max {max:.0} ms"
    )
}

fn megabytes(bytes: u64) -> f64 {
    to_f64(bytes) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::server_figures::PodRow;

    #[test]
    fn a_run_that_says_nothing_says_why_and_not_what_it_missed() {
        let told = sample::brief().to_string();
        let lines: Vec<&str> = told.lines().map(str::trim).take(3).collect();
        let said = [
            "무효 (invalid)",
            "300 sessions are fewer than the 1000 this scenario wants",
            "sessions     300 of 300 started (2.5 of 2.5 a second), 0 ended, 60 at once",
        ];
        assert_eq!(lines, said);
    }

    #[test]
    fn what_the_server_said_of_itself_is_told_at_its_worst() {
        let row = |second, cpu_cores, memory_bytes| ServerRow {
            second,
            cpu_cores,
            memory_bytes,
            requests_per_s: 812.4,
            response_p50_ms: 0.6,
            response_p99_ms: 12.34,
            active_plays: None,
        };
        let pods = |second, pods, node_cpu_share| PodRow {
            second,
            pods: Some(pods),
            node_cpu_share,
            ..PodRow::default()
        };
        let mut figures = ServerFigures {
            series: vec![row(1, 1.5, 90_000_000), row(2, 0.5, 95_000_000)],
            pods: vec![
                pods(0, 2, Some(0.25)),
                pods(5, 6, Some(0.8)),
                pods(10, 4, None),
            ],
            notes: vec!["http://a.test/metrics: no answer came in time (once)".to_owned()],
        };
        assert_eq!(
            figures.to_string(),
            "  server       1.50 processors at most, 95 MB, 812 requests/s, answers p50 0.6 ms, p99 12.3 ms at worst\n  \
             pods         2 to 6\n  \
             nodes        80 % busy at most\n  \
             not told     http://a.test/metrics: no answer came in time (once)\n"
        );
        figures.pods.truncate(1);
        figures.pods[0].node_cpu_share = None;
        assert!(figures.to_string().contains("pods         2 to 2\n"));
        assert_eq!(ServerFigures::default().to_string(), "");
    }
}
