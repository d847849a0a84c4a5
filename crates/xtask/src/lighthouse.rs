//! Lighthouse on the pages that people reach first, served by the release binary.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;
use crate::{server::Server, subprocess};

/// A run is repeated only where it misses a limit: then the median of three counts, then of five.
const RUNS: [usize; 3] = [1, 3, 5];
const CHROMIUM_FLAGS: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync";

/// How Lighthouse plays a visitor, and what has to come out.
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    arguments: &'static [&'static str],
    limits: Figures,
    /// When the page should be interactive; the limit is what holds today.
    interactive_goal_ms: f64,
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
        arguments: &["--preset=desktop"],
        limits: limits(300.0, 500.0, 50.0, 100.0),
        interactive_goal_ms: 500.0,
    },
    Profile {
        name: "P3 mobile",
        arguments: &["--form-factor=mobile"],
        // Starting the player is one task of 80 ms on a phone, after its script has come over a slow link.
        limits: limits(800.0, 2200.0, 150.0, 98.0),
        interactive_goal_ms: 1200.0,
    },
];

const fn limits(
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

/// Measures a page; the text has the figures, an error says which limits were missed.
pub(crate) fn measure(
    workspace: &Workspace,
    server: &Server,
    page: &str,
    profile: &Profile,
) -> Result<String> {
    let url = format!("http://{}{page}", server.address);
    let mut runs = Vec::new();
    let mut found = profile.limits;
    for count in RUNS {
        while runs.len() < count {
            runs.push(run(workspace, &url, profile)?);
        }
        found = median(&runs);
        if missed(&found, &profile.limits).is_empty() {
            return Ok(profile.line(&found, runs.len()));
        }
    }
    let missed = missed(&found, &profile.limits).join(", ");
    Err(Failure::new(format!(
        "{page}, {}: {missed} ({})",
        profile.name,
        profile.line(&found, runs.len())
    )))
}

fn run(workspace: &Workspace, url: &str, profile: &Profile) -> Result<Figures> {
    let report = workspace.own("check/lighthouse.json")?;
    let mut lighthouse = Command::new("npx");
    lighthouse.args([
        "--no-install",
        "lighthouse",
        url,
        "--quiet",
        "--output=json",
    ]);
    lighthouse.arg(format!("--output-path={}", report.display()));
    lighthouse.arg(format!("--chrome-flags={CHROMIUM_FLAGS}"));
    lighthouse.arg("--only-categories=performance,accessibility,best-practices,seo");
    lighthouse
        .args(profile.arguments)
        .env("CHROME_PATH", "/usr/bin/chromium");
    subprocess::read(lighthouse.current_dir(workspace.path("web")))?;
    figures(&report)
}

fn figures(report: &Path) -> Result<Figures> {
    let text = std::fs::read_to_string(report).while_doing("read Lighthouse's report")?;
    let report: Value = serde_json::from_str(&text).while_doing("read Lighthouse's report")?;
    let time = |audit: &str| {
        report["audits"][audit]["numericValue"]
            .as_f64()
            .unwrap_or(f64::INFINITY)
    };
    let score = |category: &str| {
        report["categories"][category]["score"]
            .as_f64()
            .unwrap_or(0.0)
            * 100.0
    };
    Ok(Figures {
        first_paint_ms: time("first-contentful-paint"),
        interactive_ms: time("interactive"),
        blocked_ms: time("total-blocking-time"),
        performance: score("performance"),
        accessibility: score("accessibility"),
        best_practices: score("best-practices"),
        seo: score("seo"),
    })
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

fn missed(found: &Figures, limits: &Figures) -> Vec<String> {
    let misses = fields().into_iter().filter(|(_, more_is_better, read)| {
        // Scores arrive as fractions; half a point is rounding.
        if *more_is_better {
            read(found) < read(limits) - 0.5
        } else {
            read(found) > read(limits)
        }
    });
    misses
        .map(|(name, _, read)| format!("{name} is {:.0}, not {:.0}", read(found), read(limits)))
        .collect()
}

impl Profile {
    /// The figures, and the goal where it is not reached.
    fn line(&self, found: &Figures, runs: usize) -> String {
        let figures = fields().map(|(name, _, read)| format!("{name} {:.0}", read(found)));
        let line = format!("{}; median of {runs}", figures.join(", "));
        if found.interactive_ms <= self.interactive_goal_ms {
            return line;
        }
        let goal = self.interactive_goal_ms;
        format!("{line}; the goal for interactive is {goal:.0}")
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
            ..limits(0.0, 400.0, 10.0, 100.0)
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
    fn a_missed_limit_is_named_with_what_was_found() {
        let [desktop, _] = PROFILES;
        assert!(missed(&painted_after(300.0), &desktop.limits).is_empty());
        let named = missed(&painted_after(301.0), &desktop.limits);
        assert_eq!(named, ["first paint (ms) is 301, not 300"]);
        let unread = Figures {
            seo: 99.0,
            ..painted_after(200.0)
        };
        assert_eq!(missed(&unread, &desktop.limits), ["SEO is 99, not 100"]);
    }
}
