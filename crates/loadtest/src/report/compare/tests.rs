use unicode_width::UnicodeWidthStr;

use super::Comparison;
use crate::report::sample;

fn comparison() -> Comparison {
    Comparison::of(vec![
        ("then".to_owned(), sample::original("A2")),
        ("저녁".to_owned(), sample::mixed(sample::HOSTILE)),
    ])
}

#[test]
fn a_report_has_the_row_of_the_original_beside_it() {
    let text = comparison().to_string();
    let lines: Vec<&str> = text.lines().collect();
    let cells = |line: usize| -> Vec<&str> {
        let cells = lines[line].split("  ").map(str::trim);
        cells.filter(|cell| !cell.is_empty()).collect()
    };
    let then = [
        "then",
        "A2",
        "0.167 /s",
        "0.2/1 CPU",
        "1",
        "보통",
        "간헐적 Pending",
        "안정",
        "-",
        "무효",
        "answer",
        "10 ms",
        "19 ms",
        "20 ms",
        "-",
        "-",
        "0",
        "100 %",
        "20 of 1,000 sessions",
    ];
    assert_eq!(cells(1), then);
    let evening = [
        "저녁",
        "-",
        "10 /s",
        "-",
        "-",
        "-",
        "-",
        "-",
        "1–7",
        "보통",
        "first sound",
    ];
    assert_eq!(cells(2)[..11], evening);
    let remark = "first sound p99 792 ms, silence 0.99 %, stalled plays 5 %, failed 2";
    assert_eq!(cells(2).last(), Some(&remark));
    assert_eq!(
        cells(3),
        ["answer", "200 ms", "380 ms", "396 ms", "2 (0.5 %)"]
    );
    assert_eq!(lines.len(), 4);
}

#[test]
fn columns_are_aligned_where_characters_are_wide() {
    let text = comparison().to_string();
    let starts = text.lines().zip(["p50", "10 ms", "400 ms", "200 ms"]);
    let starts = starts.map(|(line, cell)| line.split(cell).next().map(UnicodeWidthStr::width));
    let starts: Vec<_> = starts.collect();
    assert!(
        starts.iter().all(|start| *start == starts[0]),
        "{starts:?}\n{text}"
    );
}

#[test]
fn the_page_has_the_table_and_all_distributions_in_one_plot() {
    let page = comparison().to_html();
    for shown in [
        "간헐적 Pending",
        "0.2/1 CPU",
        "표에 없는 시나리오",
        "무효인 까닭",
        "2 (0.5 %)",
        "<td rowspan=\"2\">1–7</td>",
        "<td rowspan=\"1\">-</td>",
        "끊긴 재생 5 %, 실패 2",
        "stalled plays 5 %, failed 2",
        "20 of 1,000 sessions",
        "2026년 1월 2일 03:04 (UTC)",
        "2 January 2026, 03:04 (UTC)",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let plot = |id: &str| page.split(&format!("id=\"{id}\"")).nth(1).expect("a plot");
    let lines = |id| {
        let drawing = plot(id).split("role=\"img\"").nth(1).expect("a drawing");
        let drawing = drawing.split("</svg>").next().expect("its end");
        drawing.matches("class=\"line\"").count()
    };
    assert_eq!((lines("startup"), lines("answers")), (1, 2));
    assert!(!page.contains("<script>alert"));
}

#[test]
fn what_explains_a_table_does_not_scroll_with_it() {
    let page = comparison().to_html();
    for said in ["“당시 규칙”은", "다른 환경에서"] {
        let (before, _) = page.split_once(said).expect("an explanation");
        let (_, since) = before.rsplit_once("<p ").expect("its paragraph");
        assert!(!since.contains("<table"), "{said}");
    }
    assert!(
        !page.contains("<caption id=\"comparison\"")
            && !page.contains("<caption id=\"environment\"")
    );
    assert_eq!(page.matches("aria-labelledby=\"comparison\"").count(), 2);
}

#[test]
fn reports_of_one_name_are_numbered() {
    let named = ["one", "two", "one", "one (2)"];
    let reports = named.map(|name| (name.to_owned(), sample::original("A2")));
    let Comparison(reports) = Comparison::of(reports.into());
    let names: Vec<&str> = reports.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["one (1)", "two", "one (3)", "one (2)"]);
}
