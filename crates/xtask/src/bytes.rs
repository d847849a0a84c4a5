//! How much a browser loads: each part has a limit, compressed with brotli as it is served.

use std::collections::BTreeSet;
use std::{fmt, fs};

use serde_json::Value;

use crate::failure::{Result, While};
use crate::workspace::Workspace;

/// Inlined in the first answer of a first visit, which should fit one TCP window of 14 KB.
const PAGE_STYLE_BYTES_MAX: u64 = 6 * 1024;
/// Everything that starts after `load`; hls.js comes on its own.
const ISLANDS_BYTES_MAX: u64 = 75 * 1024;
/// Of the binary; the image adds little to it.
const BINARY_BYTES_MAX: u64 = 40 * 1024 * 1024;

const PAGE_STYLE: &str = "styles/site.css";
const ISLANDS: &str = "islands/music/src/main.tsx";

/// One measured part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) bytes_max: u64,
}

impl Part {
    pub(crate) fn fits(&self) -> bool {
        self.bytes <= self.bytes_max
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = |bytes: u64| bytes.div_ceil(1024);
        write!(
            f,
            "{:<34}{:>8} KiB   at most {} KiB",
            self.name,
            kib(self.bytes),
            kib(self.bytes_max)
        )
    }
}

/// Measures the built web assets and the release binary.
pub(crate) fn measure(workspace: &Workspace) -> Result<Vec<Part>> {
    let text = fs::read_to_string(workspace.path("web/dist/manifest.json"))
        .while_doing("read web/dist/manifest.json")?;
    let manifest: Value = serde_json::from_str(&text).while_doing("read web/dist/manifest.json")?;
    let size = |entry: &str| -> Result<u64> {
        let mut bytes = 0;
        for file in files(&manifest, entry) {
            let path = workspace.path(&format!("web/dist/{file}.br"));
            bytes += fs::metadata(&path)
                .while_doing(format!("measure {}", path.display()))?
                .len();
        }
        Ok(bytes)
    };
    let binary = fs::metadata(workspace.haas())
        .while_doing("measure the release binary")?
        .len();
    Ok(vec![
        Part {
            name: "page style",
            bytes: size(PAGE_STYLE)?,
            bytes_max: PAGE_STYLE_BYTES_MAX,
        },
        Part {
            name: "islands' script",
            bytes: size(ISLANDS)?,
            bytes_max: ISLANDS_BYTES_MAX,
        },
        Part {
            name: "release binary",
            bytes: binary,
            bytes_max: BINARY_BYTES_MAX,
        },
    ])
}

/// The file of an entry and those that it imports at once, each once.
fn files<'a>(manifest: &'a Value, entry: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![entry];
    while let Some(name) = waiting.pop() {
        if !seen.insert(name) {
            continue;
        }
        found.extend(manifest[name]["file"].as_str());
        waiting.extend(
            manifest[name]["imports"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_imported_at_once_counts_once_and_what_comes_later_does_not() {
        let manifest = json!({
            "main": { "file": "assets/main.js", "imports": ["react", "queue"], "dynamicImports": ["hls"] },
            "queue": { "file": "assets/queue.js", "imports": ["react"] },
            "react": { "file": "assets/react.js" },
            "hls": { "file": "assets/hls.js" },
        });
        let expected = BTreeSet::from(["assets/main.js", "assets/queue.js", "assets/react.js"]);
        assert_eq!(files(&manifest, "main"), expected);
    }
}
