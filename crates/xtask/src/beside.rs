//! What a virtual listener of `haas load` hears beside a browser with our player: nine plays of each on three links.

use crate::failure::{Result, While};
use crate::packages::{self, CHROMIUM, FFMPEG, KOREAN_FONT};
use crate::workspace::Workspace;
use crate::{browser, screen, subprocess};

/// Where the figures are kept.
const DOCUMENT: &str = "docs/load-browser.md";
const HEAD: &str = "\
# Virtual listeners beside a real browser

Written by `make bench`. Chromium with our player and a virtual listener (`player = \"hls\"`) listen to the same track over the
same link, nine times each: a proxy that gives all connections of one person a rate together, and a round trip of 60 ms. The
browser loads the page and its scripts over a fast link, and its link is shaped from the press on, because a virtual listener
loads no page; neither knows anything of the link. Medians; a listener may be 100 ms or 10 % from the browser with its first sound, must stall
as often, and for as long within 10 %.
";
const COLUMNS: &str = "\
| link | listened | first sound, ms (browser / listener) | stalls | stalled, s | alike |
|---|---|---|---|---|---|
";
const NOTES: &str = "
What remains: from the last byte to the sound a browser needs some time to parse, to decode and to open the way to the speakers,
which a virtual listener does not. It tells the server of its play at the press, the player when the music has room; and beside
the music the page loads a cover, the shape of the music and what else is known of the track.
";
/// The test in the browser, which is shorter where no table is asked for.
const TEST: &str = "load-beside-browser";
const TABLE: &str = "HAAS_BESIDE_TABLE";

/// Measures, and keeps the table also when a listener differs by more than it may.
pub(crate) fn measure(workspace: &Workspace, machine: &str) -> Result<()> {
    screen::say("\nA virtual listener beside a browser");
    packages::ensure(workspace, &[CHROMIUM, FFMPEG, KOREAN_FONT])?;
    let table = workspace.own("bench/beside-browser.md")?;
    std::fs::write(&table, "").while_doing(format!("write {}", table.display()))?;
    let ran = subprocess::run(browser::command(workspace).arg(TEST).env(TABLE, &table));
    let rows = std::fs::read_to_string(&table).while_doing("read what was heard")?;
    if rows.is_empty() {
        return ran;
    }
    screen::say(&rows);
    let document = format!("{HEAD}\n{machine}\n\n{COLUMNS}{rows}{NOTES}");
    std::fs::write(workspace.path(DOCUMENT), document).while_doing(format!("write {DOCUMENT}"))?;
    ran
}
