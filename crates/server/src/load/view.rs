//! How a run is going, on the standard error: a block that is drawn anew each second on a terminal, a line from time to time
//! elsewhere. It has no colours.

use std::collections::BTreeMap;
use std::io::Write as _;

use loadtest::{Percentiles, Progress, Row, ServerRow};

use super::block::Block;
use super::painter::{END_MAX, Painter, Paper};

/// Without a terminal a line is written after the first second, and then each time so many have passed.
const LINE_EVERY_S: u32 = 5;

/// Where it is shown: nowhere where nothing is to be said.
pub(super) struct View {
    painter: Option<Painter>,
    /// Whether it is drawn over again and again.
    is_block: bool,
}

impl View {
    pub(super) fn begin(is_quiet: bool) -> std::io::Result<Self> {
        let block = Block::on_stderr();
        let is_block = block.is_some();
        let painter = match block {
            _ if is_quiet => None,
            Some(block) => Some(Painter::begin(block)?),
            None => Some(Painter::begin(Log)?),
        };
        Ok(Self { painter, is_block })
    }

    /// Says something once.
    pub(super) fn say(&self, text: &str) {
        if let Some(painter) = &self.painter {
            painter.write(text);
        }
    }

    pub(super) fn show(&self, progress: &Progress<'_>) {
        let seconds = progress.seconds;
        match &self.painter {
            Some(painter) if self.is_block => painter.draw(lines(progress)),
            Some(painter) if seconds == 1 || seconds.is_multiple_of(LINE_EVERY_S) => {
                painter.draw(vec![line(progress)]);
            }
            _ => {}
        }
    }

    /// Leaves the terminal as it was.
    pub(super) fn end(self) {
        if let Some(painter) = self.painter {
            painter.end(END_MAX);
        }
    }
}

/// The standard error where it is no terminal: one line after the other.
struct Log;

impl Paper for Log {
    fn draw(&mut self, lines: &[String]) {
        for line in lines {
            self.write(line);
        }
    }

    /// Whoever has closed it is not interested, which is no reason to end.
    fn write(&mut self, line: &str) {
        let _closed = writeln!(std::io::stderr(), "{line}");
    }
}

/// A number with what it counts.
type Cell<'a> = (String, &'a str);

/// All figures, one below the other.
fn lines(progress: &Progress<'_>) -> Vec<String> {
    let row = &progress.row;
    let left = remaining(progress);
    let planned = format!("of {}", progress.planned);
    let mut lines = vec![
        aligned("time", &[(clock(progress.seconds), left.as_str())]),
        aligned(
            "sessions",
            &[
                (row.active.to_string(), "active"),
                (row.starts.to_string(), "starts/s"),
                (progress.started.to_string(), &planned),
            ],
        ),
    ];
    if progress.has_listeners {
        let share = format!("{:.3}", progress.rebuffer_ratio() * 100.0);
        lines.push(percentiles("first sound", &progress.startup_ms));
        lines.push(aligned(
            "plays",
            &[
                (row.sounding.to_string(), "sounding"),
                (row.waiting.to_string(), "not heard yet"),
                (row.silent.to_string(), "stalled now"),
            ],
        ));
        lines.push(aligned("silence", &[(share, "% of the time")]));
    }
    if progress.has_visitors {
        lines.push(percentiles("answers", &progress.response_ms));
    }
    lines.push(aligned(
        "network",
        &[
            (format!("{:.1}", megabits(row.bytes)), "Mbit/s"),
            (row.requests.to_string(), "requests/s"),
        ],
    ));
    let [late, backlog] = own_delays(row);
    lines.push(aligned(
        "generator",
        &[(late, "ms late at most"), (backlog, "ms backlog")],
    ));
    if let Some(server) = &progress.server {
        lines.extend(server_lines(server));
    }
    if 0 < progress.server_failures {
        let failures = progress.server_failures.to_string();
        lines.push(aligned("", &[(failures, "looks without an answer")]));
    }
    lines.push(format!("  {:<11} {}", "errors", errors(progress.faults)));
    lines
}

fn server_lines(server: &ServerRow) -> [String; 2] {
    let mut answers = vec![
        (format!("{:.1}", server.response_p50_ms), "ms p50"),
        (format!("{:.1}", server.response_p99_ms), "ms p99"),
    ];
    if let Some(plays) = server.active_plays {
        answers.push((format!("{plays:.0}"), "streams"));
    }
    let load = [
        (format!("{:.2}", server.cpu_cores), "processors"),
        (format!("{:.0}", megabytes(server.memory_bytes)), "MB"),
        (format!("{:.0}", server.requests_per_s), "requests/s"),
    ];
    [aligned("server", &load), aligned("", &answers)]
}

fn percentiles(name: &str, all: &Percentiles) -> String {
    let [p50, p95, p99] = three(all);
    aligned(name, &[(p50, "ms p50"), (p95, "ms p95"), (p99, "ms p99")])
}

/// The generator's lag, a dash where nothing was due, and its backlog, in milliseconds.
fn own_delays(row: &Row) -> [String; 2] {
    let late = match row.lag_ms {
        0.0 => "-".to_owned(),
        ms => format!("{ms:.1}"),
    };
    [late, format!("{:.1}", row.backlog_ms)]
}

/// In milliseconds; a dash where nothing was measured lately.
fn three(all: &Percentiles) -> [String; 3] {
    [all.p50, all.p95, all.p99].map(|ms| match all.max {
        0.0 => "-".to_owned(),
        _ => format!("{ms:.0}"),
    })
}

/// A row whose numbers stand below those of the others, within 80 columns.
fn aligned(name: &str, cells: &[Cell<'_>]) -> String {
    let cells = cells
        .iter()
        .map(|(number, unit)| format!("{number:>8} {unit:<13}"));
    let row = format!("  {name:<11}{}", cells.collect::<String>());
    row.trim_end().to_owned()
}

/// The same in one line, for a log.
fn line(progress: &Progress<'_>) -> String {
    let row = &progress.row;
    let slashed = |all: &Percentiles| three(all).join("/");
    let mut parts = vec![
        remaining(progress),
        format!("{} active", row.active),
        format!("{} starts/s", row.starts),
        format!("{} of {} started", progress.started, progress.planned),
    ];
    if progress.has_listeners {
        parts.push(format!(
            "first sound {} ms (p50/p95/p99)",
            slashed(&progress.startup_ms)
        ));
        parts.push(format!(
            "{} not heard yet, {} stalled now",
            row.waiting, row.silent
        ));
        parts.push(format!(
            "{:.3} % silence",
            progress.rebuffer_ratio() * 100.0
        ));
    }
    if progress.has_visitors {
        parts.push(format!(
            "answers {} ms (p50/p95/p99)",
            slashed(&progress.response_ms)
        ));
    }
    parts.push(format!("{:.1} Mbit/s", megabits(row.bytes)));
    let [late, backlog] = own_delays(row);
    parts.push(format!("{late} ms late, {backlog} ms backlog"));
    if let Some(server) = &progress.server {
        parts.push(format!(
            "server {:.2} processors {:.0} MB {:.0} requests/s p99 {:.1} ms",
            server.cpu_cores,
            megabytes(server.memory_bytes),
            server.requests_per_s,
            server.response_p99_ms
        ));
    }
    if 0 < progress.server_failures {
        let failures = progress.server_failures;
        parts.push(format!("{failures} looks at the server without an answer"));
    }
    parts.push(format!("errors {}", errors(progress.faults)));
    format!("{} {}", clock(progress.seconds), parts.join(", "))
}

/// How much longer it takes: nobody knows how long those listen who are there at the end.
fn remaining(progress: &Progress<'_>) -> String {
    let left = progress.of_seconds - f64::from(progress.seconds);
    if progress.started < progress.planned && 0.0 < left {
        return format!("{} left until the last start", clock(whole(left.ceil())));
    }
    match progress.row.active {
        0 => "all have ended".to_owned(),
        active => format!("all have started, waiting for the last {active}"),
    }
}

fn errors(faults: &BTreeMap<&'static str, u64>) -> String {
    if faults.is_empty() {
        return "none".to_owned();
    }
    let faults = faults.iter().map(|(kind, count)| format!("{kind} {count}"));
    faults.collect::<Vec<_>>().join(", ")
}

/// `1:02:03` or `2:03`.
fn clock(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast keeps within the bounds, and no run takes a hundred years"
)]
fn whole(seconds: f64) -> u32 {
    seconds as u32
}

#[expect(clippy::cast_precision_loss, reason = "2^53 bytes are not reached")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

fn megabits(bytes: u64) -> f64 {
    megabytes(bytes) * 8.0
}

#[cfg(test)]
pub(super) mod tests {
    use loadtest::Row;

    use super::*;

    /// A run that is in the middle.
    pub(in crate::load) fn progress<'a>(faults: &'a BTreeMap<&'static str, u64>) -> Progress<'a> {
        Progress {
            has_listeners: true,
            has_visitors: false,
            seconds: 72,
            of_seconds: 120.0,
            row: Row {
                starts: 99,
                active: 1_234,
                waiting: 5,
                sounding: 1_200,
                silent: 3,
                requests: 4_321,
                bytes: 15_425_000,
                lag_ms: 0.5,
                backlog_ms: 2.0,
                ..Row::default()
            },
            started: 7_128,
            planned: 12_000,
            faults,
            new_faults: faults,
            sounded_ms: 99_988,
            silent_ms: 12,
            startup_ms: Percentiles {
                p50: 45.2,
                p95: 120.0,
                p99: 310.0,
                max: 900.0,
            },
            response_ms: Percentiles::default(),
            server: None,
            server_failures: 0,
            first_sounds: &[],
        }
    }

    #[test]
    fn figures_stand_below_each_other_within_80_columns() {
        let faults = BTreeMap::from([("status_503", 12), ("timeout", 3)]);
        let shown = lines(&progress(&faults));
        let expected = [
            "  time           1:12 0:48 left until the last start",
            "  sessions       1234 active             99 starts/s         7128 of 12000",
            "  first sound      45 ms p50            120 ms p95            310 ms p99",
            "  plays          1200 sounding            5 not heard yet       3 stalled now",
            "  silence       0.012 % of the time",
            "  network       123.4 Mbit/s           4321 requests/s",
            "  generator       0.5 ms late at most     2.0 ms backlog",
            "  errors      status_503 12, timeout 3",
        ];
        assert_eq!(shown, expected);
        assert!(shown.iter().all(|line| line.len() <= 80));
    }

    #[test]
    fn what_the_server_says_of_itself_is_shown_where_it_is_asked() {
        let faults = BTreeMap::new();
        let asked = Progress {
            server: Some(ServerRow {
                second: 71,
                cpu_cores: 1.2,
                memory_bytes: 85_000_000,
                requests_per_s: 812.0,
                response_p50_ms: 0.6,
                response_p99_ms: 12.3,
                active_plays: Some(1_180.0),
            }),
            server_failures: 2,
            has_listeners: false,
            has_visitors: true,
            ..progress(&faults)
        };
        let expected = [
            "  answers           - ms p50              - ms p95              - ms p99",
            "  network       123.4 Mbit/s           4321 requests/s",
            "  generator       0.5 ms late at most     2.0 ms backlog",
            "  server         1.20 processors         85 MB                812 requests/s",
            "                  0.6 ms p50           12.3 ms p99           1180 streams",
            "                    2 looks without an answer",
            "  errors      none",
        ];
        assert_eq!(lines(&asked)[2..], expected);
        assert_eq!(
            line(&asked),
            "1:12 0:48 left until the last start, 1234 active, 99 starts/s, 7128 of 12000 started, \
             answers -/-/- ms (p50/p95/p99), 123.4 Mbit/s, 0.5 ms late, 2.0 ms backlog, \
             server 1.20 processors 85 MB 812 requests/s p99 12.3 ms, 2 looks at the server without an answer, errors none"
        );
    }

    #[test]
    fn a_log_has_the_same_figures_in_a_line() {
        let faults = BTreeMap::from([("timeout", 3)]);
        assert_eq!(
            line(&progress(&faults)),
            "1:12 0:48 left until the last start, 1234 active, 99 starts/s, 7128 of 12000 started, \
             first sound 45/120/310 ms (p50/p95/p99), 5 not heard yet, 3 stalled now, 0.012 % silence, 123.4 Mbit/s, 0.5 ms late, 2.0 ms backlog, \
             errors timeout 3"
        );
    }

    #[test]
    fn after_the_last_start_the_last_listeners_are_waited_for() {
        let faults = BTreeMap::new();
        let mut last = progress(&faults);
        last.started = last.planned;
        assert_eq!(
            remaining(&last),
            "all have started, waiting for the last 1234"
        );
        last.row.active = 0;
        assert_eq!(remaining(&last), "all have ended");
        // A session that could not be started is not waited for.
        let late = Progress {
            seconds: 3_725,
            ..progress(&faults)
        };
        assert_eq!(
            remaining(&late),
            "all have started, waiting for the last 1234"
        );
        assert_eq!(clock(late.seconds), "1:02:05");
    }
}
