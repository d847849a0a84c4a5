//! Lighthouse on the pages that people reach first, served by the release binary.

use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;
use crate::{server::Server, subprocess};

/// A run is repeated only where it misses a limit: then the median of three counts, then of five.
const RUNS: [usize; 3] = [1, 3, 5];
/// The index of Lighthouse's own benchmark on a machine from which its slowdowns give the devices they are named for: a
/// quarter of it is the 264 that Chromium's developer tools take for a slow phone (their `CalibrationController.ts`).
const FULL_SPEED_INDEX: f64 = 1056.0;
/// A run that should have been slowed down so many times more does not count.
const SLOWDOWN_ERROR_MAX: f64 = 1.15;
/// How many such runs one page may have: a machine whose speed changes more often cannot be measured on.
const UNFAIR_RUNS_MAX: u32 = 6;
const CHROMIUM_FLAGS: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync";

/// How Lighthouse plays a visitor, and what has to come out.
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    argument: &'static str,
    /// How many times slower the visitor's device is than a machine of full speed.
    slowdown: f64,
    goals: Figures,
}

/// Times in milliseconds (at most) and scores from 0 to 100 (at least).
#[derive(Debug, Clone, Copy)]
struct Figures {
    first_paint_ms: f64,
    interactive_ms: f64,
    blocked_ms: f64,
    performance: f64,
    accessibility: f64,
    best_practices: f64,
    seo: f64,
}

pub(crate) const PROFILES: [Profile; 2] = [
    Profile {
        name: "P1 desktop",
        argument: "--preset=desktop",
        slowdown: 1.0,
        goals: goals(300.0, 500.0, 50.0, 100.0),
    },
    Profile {
        name: "P3 mobile",
        argument: "--form-factor=mobile",
        slowdown: 4.0,
        goals: goals(800.0, 1200.0, 150.0, 98.0),
    },
];

const fn goals(
    first_paint_ms: f64,
    interactive_ms: f64,
    blocked_ms: f64,
    performance: f64,
) -> Figures {
    let [accessibility, best_practices, seo] = [100.0; 3];
    Figures {
        first_paint_ms,
        interactive_ms,
        blocked_ms,
        performance,
        accessibility,
        best_practices,
        seo,
    }
}

impl Figures {
    /// What fails a check. A task counts as long from 50 ms on: what else the machine does moves ours over it and back,
    /// so that times may be twice the goals and the score five points less. What no clock decides may not.
    fn limits(&self) -> Self {
        const TIMES: f64 = 2.0;
        const POINTS: f64 = 5.0;
        Self {
            first_paint_ms: self.first_paint_ms * TIMES,
            interactive_ms: self.interactive_ms * TIMES,
            blocked_ms: self.blocked_ms * TIMES,
            performance: self.performance - POINTS,
            ..*self
        }
    }
}

/// The pages that are measured: the chart, the first album, the empty search page.
pub(crate) fn pages(server: &Server) -> Result<Vec<String>> {
    let body = server.body("/api/music/v1/albums?limit=1")?;
    let albums: Value = serde_json::from_str(&body).while_doing("read the first album")?;
    let album = albums["items"][0]["page_url"].as_str();
    let album = album.ok_or_else(|| Failure::new("the library has no album to look at"))?;
    Ok(vec![
        "/music".to_owned(),
        album.to_owned(),
        "/music/search".to_owned(),
    ])
}

/// Lighthouse on one server.
pub(crate) struct Lighthouse<'a> {
    workspace: &'a Workspace,
    server: &'a Server,
    /// The machine's index as the last run found it; who shares the machine may change it from run to run.
    speed_index: f64,
}

/// When one visit's page could be seen and used, in milliseconds.
pub(crate) struct Paint {
    pub(crate) first_paint_ms: f64,
    pub(crate) interactive_ms: f64,
    pub(crate) blocked_ms: f64,
    /// The longest that an input could have waited.
    pub(crate) input_delay_ms: f64,
}

impl<'a> Lighthouse<'a> {
    pub(crate) fn new(workspace: &'a Workspace, server: &'a Server) -> Self {
        Self {
            workspace,
            server,
            speed_index: FULL_SPEED_INDEX,
        }
    }

    /// Runs it once, to know how fast the machine is.
    pub(crate) fn start(workspace: &'a Workspace, server: &'a Server) -> Result<Self> {
        let mut lighthouse = Self::new(workspace, server);
        let [desktop, _] = &PROFILES;
        lighthouse.run("/music", desktop)?;
        Ok(lighthouse)
    }

    /// One visit from a desktop as it is: what else this machine does is a part of what is measured.
    pub(crate) fn paint(&mut self, page: &str) -> Result<Paint> {
        let [desktop, _] = &PROFILES;
        let report = self.visit(page, desktop, 1.0)?;
        Ok(Paint {
            first_paint_ms: time(&report, "first-contentful-paint"),
            interactive_ms: time(&report, "interactive"),
            blocked_ms: time(&report, "total-blocking-time"),
            input_delay_ms: time(&report, "max-potential-fid"),
        })
    }

    /// Measures a page; the text has the figures, an error says which limits were missed.
    pub(crate) fn measure(&mut self, page: &str, profile: &Profile) -> Result<String> {
        let limits = profile.goals.limits();
        let mut runs = Vec::new();
        let mut unfair_runs = 0;
        let mut line = String::new();
        for count in RUNS {
            while runs.len() < count {
                match self.run(page, profile)? {
                    Some(figures) => runs.push(figures),
                    None if unfair_runs < UNFAIR_RUNS_MAX => unfair_runs += 1,
                    None => {
                        return Err(Failure::new(format!(
                            "{page}, {}: more than {UNFAIR_RUNS_MAX} runs did not count, because the machine's \
                             speed changed",
                            profile.name
                        ))
                        .how("measure when nothing else runs beside it"));
                    }
                }
            }
            let found = median(&runs);
            line = format!(
                "{}; median of {count}, index {:.0}",
                profile.line(&found),
                self.speed_index
            );
            let exceeded = missed(&found, &limits, "limit");
            if exceeded.is_empty() {
                return Ok(line);
            }
            line = format!("{}: {line}", exceeded.join(", "));
        }
        Err(Failure::new(format!("{page}, {}: {line}", profile.name)))
    }

    /// One run's figures; none where the machine had become faster than it was slowed down for.
    fn run(&mut self, page: &str, profile: &Profile) -> Result<Option<Figures>> {
        let slowdown = profile.slowdown_at(self.speed_index);
        let report = self.visit(page, profile, slowdown)?;
        self.speed_index = speed_index(&report)?;
        let is_fair = profile.slowdown_at(self.speed_index) <= slowdown * SLOWDOWN_ERROR_MAX;
        Ok(is_fair.then(|| figures(&report)))
    }

    /// Lighthouse's report of one visit.
    fn visit(&self, page: &str, profile: &Profile, slowdown: f64) -> Result<Value> {
        let path = self.workspace.own("check/lighthouse.json")?;
        let mut lighthouse = Command::new("npx");
        lighthouse.args(["--no-install", "lighthouse"]);
        lighthouse.arg(format!("http://{}{page}", self.server.address));
        lighthouse.args(["--quiet", "--output=json"]);
        lighthouse.arg(format!("--output-path={}", path.display()));
        lighthouse.arg(format!("--chrome-flags={CHROMIUM_FLAGS}"));
        lighthouse.arg("--only-categories=performance,accessibility,best-practices,seo");
        lighthouse.arg(profile.argument);
        lighthouse.arg(format!("--throttling.cpuSlowdownMultiplier={slowdown:.2}"));
        lighthouse.env("CHROME_PATH", "/usr/bin/chromium");
        subprocess::read(lighthouse.current_dir(self.workspace.path("web")))?;
        let report = std::fs::read_to_string(&path).while_doing("read Lighthouse's report")?;
        serde_json::from_str(&report).while_doing("read Lighthouse's report")
    }
}

fn speed_index(report: &Value) -> Result<f64> {
    let index = report["environment"]["benchmarkIndex"].as_f64();
    index.ok_or_else(|| Failure::new("Lighthouse does not say how fast the machine is"))
}

/// Of an audit, in milliseconds.
fn time(report: &Value, audit: &str) -> f64 {
    let value = report["audits"][audit]["numericValue"].as_f64();
    value.unwrap_or(f64::INFINITY)
}

fn figures(report: &Value) -> Figures {
    let time = |audit: &str| time(report, audit);
    let score = |category: &str| {
        report["categories"][category]["score"]
            .as_f64()
            .unwrap_or(0.0)
            * 100.0
    };
    Figures {
        first_paint_ms: time("first-contentful-paint"),
        interactive_ms: time("interactive"),
        blocked_ms: time("total-blocking-time"),
        performance: score("performance"),
        accessibility: score("accessibility"),
        best_practices: score("best-practices"),
        seo: score("seo"),
    }
}

/// What a figure is called, whether more is better, and how it is read.
type Field = (&'static str, bool, fn(&Figures) -> f64);

fn fields() -> [Field; 7] {
    [
        ("first paint (ms)", false, |figures| figures.first_paint_ms),
        ("interactive (ms)", false, |figures| figures.interactive_ms),
        ("blocked (ms)", false, |figures| figures.blocked_ms),
        ("performance", true, |figures| figures.performance),
        ("accessibility", true, |figures| figures.accessibility),
        ("best practices", true, |figures| figures.best_practices),
        ("SEO", true, |figures| figures.seo),
    ]
}

/// What the figures miss, each with what the bound is called.
fn missed(found: &Figures, bounds: &Figures, called: &str) -> Vec<String> {
    let misses = fields().into_iter().filter(|(_, more_is_better, read)| {
        // Scores arrive as fractions; half a point is rounding.
        if *more_is_better {
            read(found) < read(bounds) - 0.5
        } else {
            read(found) > read(bounds)
        }
    });
    misses
        .map(|(name, _, read)| format!("the {called} for {name} is {:.0}", read(bounds)))
        .collect()
}

impl Profile {
    /// A slow machine is slowed down less, so that the visitor's device stays the same; a fast one not more.
    fn slowdown_at(&self, speed_index: f64) -> f64 {
        self.slowdown * (speed_index / FULL_SPEED_INDEX).min(1.0)
    }

    /// The figures, and the goals they miss.
    fn line(&self, found: &Figures) -> String {
        let figures = fields().map(|(name, _, read)| format!("{name} {:.0}", read(found)));
        let missed = missed(found, &self.goals, "goal");
        if missed.is_empty() {
            return figures.join(", ");
        }
        format!("{}; {}", figures.join(", "), missed.join(", "))
    }
}

fn median(runs: &[Figures]) -> Figures {
    let middle = |read: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(read).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Figures {
        first_paint_ms: middle(|run| run.first_paint_ms),
        interactive_ms: middle(|run| run.interactive_ms),
        blocked_ms: middle(|run| run.blocked_ms),
        performance: middle(|run| run.performance),
        accessibility: middle(|run| run.accessibility),
        best_practices: middle(|run| run.best_practices),
        seo: middle(|run| run.seo),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted_after(first_paint_ms: f64) -> Figures {
        Figures {
            first_paint_ms,
            ..goals(0.0, 400.0, 10.0, 100.0)
        }
    }

    #[test]
    fn the_median_ignores_one_slow_run() {
        let runs = [
            painted_after(200.0),
            painted_after(900.0),
            painted_after(210.0),
        ];
        assert!((median(&runs).first_paint_ms - 210.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_device_is_the_same_on_a_slow_machine() {
        let [_, phone] = &PROFILES;
        let slowdown = |index: f64| phone.slowdown_at(index);
        assert!((slowdown(FULL_SPEED_INDEX / 2.0) - 2.0).abs() < f64::EPSILON);
        assert!((slowdown(FULL_SPEED_INDEX * 2.0) - 4.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_missed_goal_is_named() {
        let [desktop, _] = &PROFILES;
        assert!(missed(&painted_after(300.0), &desktop.goals, "goal").is_empty());
        let named = missed(&painted_after(301.0), &desktop.goals, "goal");
        assert_eq!(named, ["the goal for first paint (ms) is 300"]);
    }

    #[test]
    fn times_have_room_and_what_no_clock_decides_has_none() {
        let limits = PROFILES[0].goals.limits();
        assert!(missed(&painted_after(600.0), &limits, "limit").is_empty());
        assert_eq!(missed(&painted_after(601.0), &limits, "limit").len(), 1);
        let unread = Figures {
            seo: 99.0,
            ..painted_after(200.0)
        };
        let named = missed(&unread, &limits, "limit");
        assert_eq!(named, ["the limit for SEO is 100"]);
    }
}
