//! What listeners heard: how soon, and whether it went on.

use maud::{Markup, html};

use super::over_time::OverTime;
use super::plot::{Line, Plot};
use super::unit::{Unit, count, number};
use super::words::{Words, words};
use super::{WAITING_LIMITS_MS, facts, plots};
use crate::count::to_f64;
use crate::report::{Listening, Report};
use crate::series::Row;
use crate::verdict::{SILENCE_FAIR, SILENCE_STABLE};

pub(super) fn section(report: &Report) -> Markup {
    html! {
        @if let Some(heard) = &report.listening {
            section {
                h2 { (words("첫 소리까지", "Until the first sound")) }
                div.card { (facts(&heard.startup_ms.facts())) }
                (plots(&[distribution(heard), first_sounds(report)]))
                h2 { (words("끊김", "Stalls")) }
                div.card { (facts(&how_it_went_on(heard))) }
                @if heard.stalls == 0 {
                    p { (words("재생이 한 번도 끊기지 않았습니다.", "No play stalled.")) }
                } @else {
                    (plots(&[stalls(report), silence_share(report)]))
                }
                h2 { (words("음질", "Quality")) }
                div.card { (facts(&quality(heard))) }
                (plots(&[bitrate(report)]))
            }
        }
    }
}

fn distribution(heard: &Listening) -> Plot {
    let name = words("들음 또는 그만둠", "heard, or gave up");
    let line = Line::of_shares(name, &heard.startup_cdf);
    let title = words(
        "첫 소리를 듣거나 기다리다 그만두기까지 걸린 시간의 누적 분포",
        "How many heard the first sound, or gave up, within which time (CDF)",
    );
    let note = words(
        "눌러야 할 때부터 셉니다. 끝내 듣지 못한 사람은 기다린 만큼으로 셉니다. 점선: 탁월(p50), 안정(p99), 보통(p95)의 한도",
        "From when play was due; who never heard anything counts with as long as people wait. Dashed: the limits of \
         excellent (p50), stable (p99), fair (p95)",
    );
    Plot::of_shares("startup", title, &WAITING_LIMITS_MS, vec![line]).with_note(note)
}

fn first_sounds(report: &Report) -> Plot {
    let over_time = OverTime::of(report);
    let lines = vec![
        Line::new(
            Words::name("p50"),
            over_time.measure(|row| row.startup_p50_ms),
        ),
        Line::new(
            Words::name("p95"),
            over_time.measure(|row| row.startup_p95_ms),
        ),
        Line::new(
            Words::name("p99"),
            over_time.measure(|row| row.startup_p99_ms),
        ),
    ];
    let title = words("시간에 따른 첫 소리", "First sounds over time");
    let note = words(
        "그때 첫 소리를 들은 사람들. 듣지 못하고 끝난 사람은 기다리는 한도만큼으로 셉니다",
        "Of those who heard it at that time; who left without one counts with as long as people wait",
    );
    Plot::over_time("startup-over-time", title, Unit::Ms, lines)
        .with_limits(&WAITING_LIMITS_MS)
        .with_log_values()
        .with_note(note)
}

fn how_it_went_on(heard: &Listening) -> Vec<(Words, String)> {
    vec![
        (words("재생", "plays"), count(heard.plays)),
        (
            words("끊긴 재생", "plays with a stall"),
            count(heard.stalled),
        ),
        (words("끊김", "stalls"), count(heard.stalls)),
        (words("끊긴 시간", "silence"), seconds(heard.stalled_s)),
        (words("들은 시간", "sound"), seconds(heard.played_s)),
        (
            words("끊긴 시간의 비율", "rebuffer ratio"),
            Unit::Share.text(heard.rebuffer_ratio),
        ),
        (words("실패", "failed"), count(heard.failed)),
        (words("기다리다 그만둠", "given up"), count(heard.abandoned)),
        (
            words("건너뜀 (계획대로)", "skipped (as planned)"),
            count(heard.skipped),
        ),
    ]
}

fn seconds(seconds: f64) -> String {
    Unit::Clock.text(seconds)
}

fn stalls(report: &Report) -> Plot {
    let over_time = OverTime::of(report);
    let lines = vec![
        Line::new(
            words("끊긴 재생", "stalled plays"),
            over_time.level(|row| row.silent_max),
        ),
        Line::new(
            words("새로 끊김 (초당)", "stalls that begin (a second)"),
            over_time.rate(|row| row.stalls),
        ),
    ];
    let title = words("시간에 따른 끊김", "Stalls over time");
    Plot::over_time("stalls", title, Unit::Count, lines)
}

fn silence_share(report: &Report) -> Plot {
    let over_time = OverTime::of(report);
    let of = |row: &Row| (row.silent_ms, row.silent_ms + row.sounded_ms);
    let lines = vec![
        Line::new(words("그 순간", "at that time"), over_time.share(of)),
        Line::new(
            words("처음부터 그때까지", "from the beginning on"),
            over_time.share_so_far(of),
        ),
    ];
    let title = words("시간에 따른 끊긴 비율", "Rebuffer ratio over time");
    let note = words(
        "소리가 나기 시작한 재생들의 시간 가운데 끊겨 있던 시간의 비율. 그 순간의 값은 재생이 가장 많을 때의 10분의 1 이상일 때만 그립니다. \
         가로 점선: 한도",
        "Of the time of all plays that had begun to sound, how much was silence. At that time: where at least a tenth of the most plays \
         were left. Dashed across: limits",
    );
    Plot::over_time("silence-share", title, Unit::Share, lines)
        .with_limits(&[SILENCE_STABLE, SILENCE_FAIR])
        .with_note(note)
}

fn quality(heard: &Listening) -> Vec<(Words, String)> {
    vec![
        (
            words("평균 비트 전송률", "mean bitrate"),
            Unit::KbitPerS.text(heard.mean_kbit_per_s),
        ),
        (
            words("음질 변경", "quality changes"),
            count(heard.quality_switches),
        ),
        (
            words("재생당 변경", "changes a play"),
            number(to_f64(heard.quality_switches) / to_f64(heard.plays.max(1))),
        ),
    ]
}

fn bitrate(report: &Report) -> Plot {
    let loaded = OverTime::of(report).measure(|row| row.kbit_per_s);
    let line = Line::new(words("불러온 음악", "music that is loaded"), loaded);
    let title = words("시간에 따른 비트 전송률", "Bitrate over time");
    Plot::over_time("bitrate", title, Unit::KbitPerS, vec![line])
}
