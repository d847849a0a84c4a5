use std::collections::BTreeSet;

use html5gum::{StartTag, Token, Tokenizer};

use super::frame::STYLE;
use crate::report::{Report, sample};

fn tags(page: &str) -> Vec<StartTag<()>> {
    let tokens = Tokenizer::new(page).flatten();
    let tags = tokens.filter_map(|token| match token {
        Token::StartTag(tag) => Some(tag),
        _ => None,
    });
    tags.collect()
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(&value.value).into_owned())
}

fn pages() -> Vec<String> {
    let reports = [
        sample::mixed(sample::HOSTILE),
        sample::original("B7"),
        sample::empty(),
    ];
    reports.iter().map(Report::to_html).collect()
}

#[test]
fn what_a_report_says_is_text_and_nothing_else() {
    let page = sample::mixed(sample::HOSTILE).to_html();
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(!page.contains("/<b>"), "{page}");
    // The heading, the title, the scenario, a fault, one of another, the processor and a note.
    assert_eq!(page.matches("&lt;script&gt;alert").count(), 7);
    let scripts = tags(&page)
        .iter()
        .filter(|tag| *tag.name == b"script"[..])
        .count();
    assert_eq!(scripts, 1);
}

#[test]
fn a_page_loads_nothing() {
    let loading = [
        "src",
        "srcset",
        "href",
        "xlink:href",
        "data",
        "action",
        "formaction",
        "poster",
        "background",
        "ping",
    ];
    for page in pages() {
        for tag in tags(&page) {
            assert!(
                loading.iter().all(|name| attribute(&tag, name).is_none()),
                "{tag:?}"
            );
        }
        assert!(page.contains("default-src 'none'"));
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn everything_is_said_in_both_languages_and_switched_without_a_script() {
    for page in pages() {
        let count = |language: &str| page.matches(&format!("<span lang=\"{language}\">")).count();
        assert!(50 < count("ko"));
        assert_eq!(count("ko"), count("en"));
        let switches: BTreeSet<_> = tags(&page)
            .iter()
            .filter_map(|tag| attribute(tag, "id"))
            .collect();
        for choice in [
            "language-ko",
            "language-en",
            "light-auto",
            "light-light",
            "light-dark",
        ] {
            assert!(switches.contains(choice), "{choice}");
        }
    }
    assert!(STYLE.contains(":has(#language-ko:checked) [lang=\"en\"]"));
    assert!(STYLE.contains(":has(#light-dark:checked)"));
}

#[test]
fn every_plot_has_a_name_and_a_table() {
    for page in pages() {
        let tags = tags(&page);
        let all: Vec<_> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        let ids: BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), ids.len(), "an id is there twice: {all:?}");
        let drawings = tags
            .iter()
            .filter(|tag| attribute(tag, "role").as_deref() == Some("img"));
        let mut drawn = 0;
        for drawing in drawings {
            let name = attribute(drawing, "aria-labelledby").expect("a name");
            assert!(ids.contains(&name), "{name}");
            drawn += 1;
        }
        let tables = tags
            .iter()
            .filter(|tag| attribute(tag, "data-along").is_some());
        assert_eq!(tables.count(), drawn);
        for figure in ["NaN", "inf%", "infinity"] {
            assert!(!page.contains(figure), "{figure}");
        }
    }
}

#[test]
fn the_verdict_stands_beside_its_figures_and_their_limits() {
    let page = sample::mixed("evening").to_html();
    for shown in [
        "보통",
        "792 ms",
        "≤ 500 ms",
        "0.99 %",
        "≤ 0.1 %",
        "5 %",
        "0.5 %",
        "missed",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let page = sample::original("A3").to_html();
    for shown in [
        "무효",
        "20 sessions are fewer than the 1000",
        "원래 실험의 판정 규칙",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn each_reason_against_a_run_has_a_limit_that_was_missed() {
    let missed = |report: &Report| {
        let page = report.to_html();
        let table = page.split("A verdict is valid where").nth(1).expect("it");
        let table = table.split("</table>").next().expect("its end");
        let rows = table.split("<tr>").filter(|row| row.contains("missed"));
        let names = rows.filter_map(|row| row.split("<span lang=\"en\">").nth(1));
        let names = names.filter_map(|rest| rest.split('<').next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let report = sample::mixed("evening");
    assert!(missed(&report).is_empty());
    let change = |change: fn(&mut Report)| {
        let mut report = report.clone();
        change(&mut report);
        missed(&report)
    };
    assert_eq!(
        change(|report| report.is_interrupted = true),
        ["run to its end"]
    );
    assert_eq!(
        change(|report| report.sessions.late = 20),
        ["sessions started in time"]
    );
    assert_eq!(
        change(|report| report.generator.lag_ms.p99 = 11.0),
        ["generator lag p99"]
    );
    assert_eq!(
        change(|report| report.generator.backlog_ms.p99 = 51.0),
        ["generator backlog p99"]
    );
    assert_eq!(
        change(|report| report.scenario.sessions_min = 1_201),
        ["sessions"]
    );
    assert_eq!(
        change(|report| {
            report.scenario.sessions_min = 1_000;
            report.visiting.as_mut().unwrap().requests = 99;
        }),
        ["plays or requests (the fewer)"]
    );
    let exhausted = |report: &mut Report| {
        report.faults.insert("exhausted".to_owned(), 1);
    };
    assert_eq!(change(exhausted), ["ports, descriptors or memory missing"]);
}

#[test]
fn the_cut_second_at_the_end_of_a_run_is_no_rate() {
    let page = sample::mixed("evening").to_html();
    // 120 seconds at ten a second of a run of 120.02.
    assert_eq!(points(&page, "offered"), 120);
}

#[test]
fn the_generator_is_looked_at_while_no_session_starts_too() {
    let mut report = sample::mixed("evening");
    for row in report.series.rows.iter_mut().skip(1) {
        (row.starts, row.lag_ms, row.backlog_ms) = (0, 0.0, 0.0);
    }
    let page = report.to_html();
    // Where nothing was due there is no lag to draw; the backlog is looked at all the same.
    assert_eq!((points(&page, "backlog"), points(&page, "lag")), (121, 1));
}

#[test]
fn plays_are_drawn_where_the_server_was_seen_with_some() {
    let mut report = sample::mixed("evening");
    assert!(report.to_html().contains("id=\"server-plays\""));
    for row in &mut report.server.as_mut().unwrap().series {
        row.active_plays = Some(0.0);
    }
    assert!(!report.to_html().contains("id=\"server-plays\""));
}

/// How many points the first line of a plot has.
fn points(page: &str, id: &str) -> usize {
    let plot = page
        .split(&format!("id=\"{id}\""))
        .nth(1)
        .expect("the plot");
    let drawing = plot.split("role=\"img\"").nth(1).expect("its drawing");
    let line = drawing.split("class=\"line\"").nth(1).expect("a line");
    let path = line
        .split('"')
        .find(|part| part.starts_with('M'))
        .expect("its path");
    path.matches(['M', 'L']).count()
}

#[test]
fn colours_are_told_apart_from_what_they_lie_on() {
    for side in [0, 1] {
        for ground in ["--ground", "--surface"] {
            for (name, least) in [
                ("--text", 4.5),
                ("--text-2", 4.5),
                ("--accent", 4.5),
                ("--danger", 4.5),
                ("--warning", 4.5),
                ("--line-0", 3.0),
                ("--line-1", 3.0),
                ("--line-2", 3.0),
                ("--line-3", 3.0),
                ("--line-4", 3.0),
                ("--line-5", 3.0),
            ] {
                let contrast = contrast(colour(name, side), colour(ground, side));
                assert!(least <= contrast, "{name} on {ground}: {contrast:.2}");
            }
        }
        assert!(4.5 <= contrast(colour("--on-accent", side), colour("--accent", side)));
    }
}

/// The luminance of a colour of the style, by day or by night.
fn colour(name: &str, side: usize) -> f64 {
    let value = STYLE
        .split(&format!("{name}: light-dark("))
        .nth(1)
        .expect("a colour");
    let value = value.split(')').next().expect("its end");
    let hex = value
        .split(", ")
        .nth(side)
        .expect("two")
        .trim_start_matches('#');
    let digits = hex
        .chars()
        .map(|digit| f64::from(digit.to_digit(16).expect("a digit")));
    let digits: Vec<f64> = digits.collect();
    let parts: Vec<f64> = if digits.len() == 3 {
        digits.iter().map(|digit| digit * 17.0).collect()
    } else {
        digits
            .chunks(2)
            .map(|pair| pair[0] * 16.0 + pair[1])
            .collect()
    };
    let linear = parts.iter().map(|part| {
        let part = part / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    linear
        .zip([0.2126, 0.7152, 0.0722])
        .map(|(part, weight)| part * weight)
        .sum()
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn a_report_is_the_same_after_it_was_written_and_read() {
    for report in [
        sample::mixed(sample::HOSTILE),
        sample::original("A1"),
        sample::empty(),
    ] {
        let json = report.to_json();
        let read = Report::read(&json).expect("a report");
        assert!(read == report);
        assert!(read.to_json() == json);
        assert!(read.to_html() == report.to_html());
    }
}

#[test]
fn what_was_compared_and_who_heard_nothing_is_said() {
    let mut report = sample::mixed("evening");
    report.generator.wrong_bodies = 7;
    let page = report.to_html();
    let after = |name: &str| {
        let rest = page.split(name).nth(1).expect(name);
        let value = rest.split("<dd>").nth(1).expect("a value");
        value.split("</dd>").next().map(str::to_owned)
    };
    assert_eq!(after("bodies compared").as_deref(), Some("90"));
    assert_eq!(after("wrong ones of them").as_deref(), Some("7"));
    for said in [
        "heard the first sound, or gave up",
        "듣거나 기다리다 그만두기까지",
    ] {
        assert!(page.contains(said), "{said}");
    }
}
