use std::path::Path;

use testkit::Haas;

use crate::HAAS;

fn compare(arguments: &[&Path]) -> testkit::Output {
    let arguments = arguments.iter().map(|path| path.to_str().expect("UTF-8"));
    let all: Vec<&str> = ["load", "compare"].into_iter().chain(arguments).collect();
    Haas::run(HAAS, &all)
}

#[test]
fn a_file_that_is_no_report_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    for (name, text, why, code) in [
        ("text.json", Some("no report"), "it is no report", 64),
        ("other.json", Some("{}"), "it is no report", 64),
        (
            "later.json",
            Some("{\"schema\": 99}"),
            "its schema is 99",
            64,
        ),
        ("half.json", Some("{\"schema\": 2}"), "missing field", 64),
        (
            "odd.json",
            Some("{\"schema\": 2, \"seconds\": -1}"),
            "its seconds is -1",
            64,
        ),
        ("none.json", None, "No such file", 64),
    ] {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let output = compare(&[&file, "--html".as_ref(), &page]);
        assert_eq!(output.code, Some(code), "{name}");
        assert!(output.stderr.contains(name), "{}", output.stderr);
        assert!(output.stderr.contains(why), "{}", output.stderr);
        assert!(!page.exists());
    }
    assert_eq!(compare(&[]).code, Some(64));
}
