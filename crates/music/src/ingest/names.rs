//! What an untagged file is called: read from its name and its folders.
//!
//! `Artist/2001 - Album/03 - Title.mp3` names everything; less than that names less. Underscores are spaces, a
//! leading number is the track's (`1-03` names the disc too), as is one between dashes (`Artist - 03 - Title`); `CD 2`
//! and `Disc 2` folders belong to the album above.

use std::path::Path;

use super::text::{NAME_CHARS_MAX, clean_line};

/// What a path says about a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathNames {
    /// Never empty.
    pub(crate) title: String,
    pub(crate) artist: Option<String>,
    pub(crate) album: Option<String>,
    pub(crate) year: Option<String>,
    pub(crate) disc_number: Option<i64>,
    pub(crate) track_number: Option<i64>,
}

/// Reads a path below the imported folder.
pub(crate) fn names_from_path(path: &Path) -> PathNames {
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let stem = spaced(&stem.unwrap_or_default());
    let (numbers, rest) = leading_numbers(&stem);
    let mut names = PathNames {
        disc_number: numbers.0,
        track_number: numbers.1,
        ..PathNames::default()
    };
    let folders = read_folders(path, &mut names);
    name_album(&folders, &mut names);
    let has_folder_artist = names.artist.is_some();
    let numbered = number_between_dashes(rest, names.artist.as_deref());
    if let Some(numbered) = &numbered {
        names.track_number = names.track_number.or(Some(numbered.number));
        let album = names.album.take();
        names.album = album.or_else(|| clean_line(&numbered.album, NAME_CHARS_MAX));
    }
    let rest = numbered.as_ref().map_or(rest, |numbered| &numbered.rest);
    match rest.split_once(" - ") {
        Some((artist, title)) if !has_folder_artist => {
            names.artist = clean_line(artist, NAME_CHARS_MAX);
            title.clone_into(&mut names.title);
        }
        Some((artist, title)) if names.artist.as_deref() == Some(artist.trim()) => {
            title.clone_into(&mut names.title);
        }
        _ => rest.clone_into(&mut names.title),
    }
    names.title = clean_line(&names.title, NAME_CHARS_MAX)
        .or_else(|| clean_line(&stem, NAME_CHARS_MAX))
        .unwrap_or_else(|| "?".to_owned());
    names
}

/// The folders from the outermost on, without a disc folder, whose number goes to the names.
fn read_folders(path: &Path, names: &mut PathNames) -> Vec<String> {
    let mut folders: Vec<String> = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .filter_map(|part| clean_line(&spaced(&part.as_os_str().to_string_lossy()), NAME_CHARS_MAX))
        .collect();
    if let Some(disc_number) = folders.last().and_then(|name| disc_folder(name)) {
        names.disc_number = Some(disc_number);
        folders.pop();
    }
    folders
}

/// `Artist/Album` when there are two folders; `Artist - Album` when one folder says both.
fn name_album(folders: &[String], names: &mut PathNames) {
    let Some(album) = folders.last() else { return };
    let (year, album) = leading_year(album);
    names.year = year;
    let outer = folders.len().checked_sub(2).and_then(|at| folders.get(at));
    match (outer, album.split_once(" - ")) {
        (None, Some((artist, album))) => {
            names.artist = clean_line(artist, NAME_CHARS_MAX);
            let (year, album) = leading_year(album);
            names.year = names.year.take().or(year);
            names.album = clean_line(album, NAME_CHARS_MAX);
        }
        (Some(artist), _) => {
            names.artist = Some(artist.clone());
            names.album = clean_line(album, NAME_CHARS_MAX);
        }
        (None, None) => names.album = clean_line(album, NAME_CHARS_MAX),
    }
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// What `Artist - Album - 03 - Title` says.
struct Numbered {
    number: i64,
    /// Empty where the number follows the artist.
    album: String,
    /// The name with neither: `Artist - Title`.
    rest: String,
}

/// Reads a number that stands between dashes, behind the artist; not where a folder names another artist.
fn number_between_dashes(stem: &str, folder_artist: Option<&str>) -> Option<Numbered> {
    let parts: Vec<&str> = stem.split(" - ").map(str::trim).collect();
    let (artist, others) = parts.split_first()?;
    if folder_artist.is_some_and(|known| known != *artist) {
        return None;
    }
    let number_of = |part: &str| match digits(part) {
        (number, "") => number,
        _ => None,
    };
    let at = others.iter().position(|part| number_of(part).is_some())?;
    let (album, numbered) = others.split_at_checked(at)?;
    let (number, title) = numbered.split_first()?;
    (!title.is_empty()).then_some(Numbered {
        number: number_of(number)?,
        album: album.join(" - "),
        rest: format!("{artist} - {}", title.join(" - ")),
    })
}

/// `03 - `, `03. `, `03 `, `1-03 ` in front of a title. A name that is only a number stays a title.
fn leading_numbers(stem: &str) -> ((Option<i64>, Option<i64>), &str) {
    let none = ((None, None), stem);
    let (first, rest) = digits(stem);
    let Some(first) = first else { return none };
    if let Some((Some(second), after)) = rest.strip_prefix('-').map(digits)
        && let Some(title) = after_number(after)
    {
        return ((Some(first), Some(second)), title);
    }
    match after_number(rest) {
        Some(title) => ((None, Some(first)), title),
        None => none,
    }
}

/// At most three digits: four are a year or a name.
fn digits(text: &str) -> (Option<i64>, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.split_at_checked(length) {
        Some((number, rest)) if (1..=3).contains(&length) => (number.parse().ok(), rest),
        _ => (None, text),
    }
}

/// What follows a number, when a separator and a title follow.
fn after_number(rest: &str) -> Option<&str> {
    let title = rest.trim_start_matches([' ', '.', '-', ')', ']', '_']);
    (title.len() < rest.len() && !title.is_empty()).then_some(title)
}

/// `2001 - Album`, `(2001) Album`, `[2001] Album`.
fn leading_year(name: &str) -> (Option<String>, &str) {
    let inner = name.trim_start_matches(['(', '[']);
    let length = inner.bytes().take_while(u8::is_ascii_digit).count();
    let Some((year, rest)) = inner.split_at_checked(length).filter(|_| length == 4) else {
        return (None, name);
    };
    let is_year = year.starts_with("19") || year.starts_with("20");
    match after_number(rest) {
        Some(album) if is_year => (Some(year.to_owned()), album),
        _ => (None, name),
    }
}

fn disc_folder(name: &str) -> Option<i64> {
    let lower = name.to_lowercase();
    let rest = ["disc", "disk", "cd"]
        .iter()
        .find_map(|word| lower.strip_prefix(word))?;
    let (number, rest) = digits(rest.trim_start_matches([' ', '-', '.', '#']));
    number.filter(|_| rest.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(path: &str) -> PathNames {
        names_from_path(Path::new(path))
    }

    #[test]
    fn folders_name_artist_and_album_and_the_number_is_the_tracks() {
        assert_eq!(
            names("Some Artist/2001 - An Album/03 - A Title.mp3"),
            PathNames {
                title: "A Title".to_owned(),
                artist: Some("Some Artist".to_owned()),
                album: Some("An Album".to_owned()),
                year: Some("2001".to_owned()),
                disc_number: None,
                track_number: Some(3),
            }
        );
    }

    #[test]
    fn a_disc_folder_belongs_to_the_album_above() {
        let names = names("Artist/Album/CD 2/1.Title.flac");
        assert_eq!(names.album.as_deref(), Some("Album"));
        assert_eq!((names.disc_number, names.track_number), (Some(2), Some(1)));
    }

    #[test]
    fn a_lone_file_names_its_artist_before_the_dash() {
        let names = names("07 아이유 - 밤편지.mp3");
        assert_eq!(names.artist.as_deref(), Some("아이유"));
        assert_eq!(names.title, "밤편지");
        assert_eq!(names.track_number, Some(7));
    }

    #[test]
    fn the_artist_of_the_folder_is_not_repeated_in_the_title() {
        let names = names("Cubulo/Moon/Cubulo - Light.ogg");
        assert_eq!(names.title, "Light");
        assert_eq!(names.artist.as_deref(), Some("Cubulo"));
    }

    #[test]
    fn underscores_are_spaces_and_disc_and_track_may_share_a_prefix() {
        let names = names("Band_-_First/2-11_the_end.ogg");
        assert_eq!(names.title, "the end");
        assert_eq!(names.artist.as_deref(), Some("Band"));
        assert_eq!(names.album.as_deref(), Some("First"));
        assert_eq!((names.disc_number, names.track_number), (Some(2), Some(11)));
    }

    #[test]
    fn a_number_between_dashes_is_the_tracks() {
        for path in [
            "Some Artist - 03 - My_Song.wav",
            "Some_Artist_-_03_-_My_Song.wav",
            "Some Artist - An Album - 03 - My Song.wav",
        ] {
            let names = names(path);
            assert_eq!(names.artist.as_deref(), Some("Some Artist"));
            assert_eq!(
                (names.title.as_str(), names.track_number),
                ("My Song", Some(3))
            );
        }
        assert_eq!(names("Blink - 182.mp3").title, "182");
        assert_eq!(names("01 - First_Song.mp3").title, "First Song");
    }

    #[test]
    fn a_number_alone_is_a_title() {
        assert_eq!(names("99.mp3").title, "99");
        assert_eq!(names("1979.mp3").title, "1979");
        assert_eq!(names("24k Magic.mp3").title, "24k Magic");
        assert_eq!(names("- .mp3").title, "-");
    }

    proptest! {
        #[test]
        fn every_path_has_a_title(path in "([^\u{0}]{0,20}/){0,4}[^/\u{0}]{1,40}") {
            let names = names_from_path(Path::new(&path));
            prop_assert!(!names.title.is_empty());
            prop_assert!(names.title.chars().count() <= NAME_CHARS_MAX);
        }
    }
}
