//! Laws about documents and the entry points.

use super::facts::{Facts, File};

/// Lines outside code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

pub(super) fn titles(facts: &Facts) -> Vec<String> {
    let titles = |file: &&File| {
        prose(&file.text)
            .filter(|line| line.starts_with("# "))
            .count()
    };
    let wrong = facts.ending(&[".md"]).filter(|file| titles(file) != 1);
    wrong
        .map(|file| format!("{}: give it one `# Title`", file.path))
        .collect()
}

pub(super) fn links(facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    for file in facts.ending(&[".md"]) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let targets = prose(&file.text).flat_map(|line| line.split("](").skip(1));
        for target in targets.filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let outside =
                target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !exists(facts, &resolve(folder, target)) {
                findings.push(format!("{}: the link to {target} leads nowhere", file.path));
            }
        }
    }
    findings
}

/// A link seen from the root of the repository.
fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn exists(facts: &Facts, path: &str) -> bool {
    facts
        .files
        .iter()
        .any(|file| file.path == path || file.path.starts_with(&format!("{path}/")))
}

/// Every target is one line that calls `cargo xtask`, but for the one that looks for cargo.
pub(super) fn makefile(facts: &Facts) -> Vec<String> {
    let allowed = |line: &str| {
        line.is_empty()
            || line.starts_with('#')
            || line.starts_with(".PHONY:")
            || line == "tools: ; @sh crates/xtask/tools.sh"
            || line
                .split_once(": tools; @cargo xtask ")
                .is_some_and(|(target, command)| is_word(target) && is_word(command))
    };
    let wrong = facts
        .text("Makefile")
        .lines()
        .enumerate()
        .filter(|(_, line)| !allowed(line));
    wrong
        .map(|(index, _)| {
            format!(
                "Makefile:{}: write `name: tools; @cargo xtask name`; logic goes to crates/xtask",
                index + 1
            )
        })
        .collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_ascii_lowercase() || character == '-')
}

pub(super) fn ci(facts: &Facts) -> Vec<String> {
    let script = "#!/bin/sh\ncd \"$(dirname \"$0\")/..\" && exec make test\n";
    if facts.text(".ci/run") == script {
        return Vec::new();
    }
    vec![".ci/run: call `make test` from the root and nothing else".to_owned()]
}

/// A `make` command that a document shows is one of the Makefile's.
pub(super) fn targets(facts: &Facts) -> Vec<String> {
    let makefile = facts.text("Makefile");
    let mut findings = Vec::new();
    for file in facts.ending(&[".md"]) {
        for command in file
            .text
            .split(['`', '\n'])
            .filter_map(|text| text.strip_prefix("make "))
        {
            let words = command.split_whitespace().take_while(|word| *word != "#");
            for target in words.filter(|word| is_word(word)).take(1) {
                if !makefile
                    .lines()
                    .any(|line| line.starts_with(&format!("{target}:")))
                {
                    findings.push(format!("{}: there is no `make {target}`", file.path));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(files: &[(&str, &str)]) -> Facts {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).into(),
            bytes: 0,
            text: (*text).into(),
        };
        Facts {
            files: files.iter().map(file).collect(),
            packages: vec![],
        }
    }

    #[test]
    fn a_comment_in_a_code_block_is_no_title() {
        assert!(titles(&facts(&[("a.md", "# A\n```\n# not a title\n```\n")])).is_empty());
        assert_eq!(titles(&facts(&[("a.md", "# A\n# B\n")])).len(), 1);
        assert_eq!(titles(&facts(&[("a.md", "text\n")])).len(), 1);
    }

    #[test]
    fn a_link_to_a_missing_file_is_found() {
        let files = [
            (
                "docs/a.md",
                "# A\n[b](../README.md#x) [c](gone.md) [d](https://e.f)",
            ),
            ("README.md", "# R"),
        ];
        assert_eq!(
            links(&facts(&files)),
            ["docs/a.md: the link to gone.md leads nowhere"]
        );
    }

    #[test]
    fn logic_in_the_makefile_is_found() {
        assert!(makefile(&facts(&[("Makefile", "run: tools; @cargo xtask run\n")])).is_empty());
        assert_eq!(
            makefile(&facts(&[("Makefile", "run:\n\tnpm ci && cargo run\n")])).len(),
            2
        );
    }

    #[test]
    fn a_document_shows_only_targets_that_are_there() {
        let files = [
            ("Makefile", "run: tools; @cargo xtask run\n"),
            ("README.md", "`make run` `make love`"),
        ];
        assert_eq!(
            targets(&facts(&files)),
            ["README.md: there is no `make love`"]
        );
    }

    #[test]
    fn a_ci_script_that_does_more_is_found() {
        assert_eq!(
            ci(&facts(&[(".ci/run", "#!/bin/sh\nmake test\necho ok\n")])).len(),
            1
        );
    }
}
