use proptest::prelude::*;

use super::*;

fn address() -> Url {
    Url::parse("http://a.test/music/1/hls.m3u8").unwrap()
}

#[test]
fn qualities_are_read_lowest_first_with_what_they_take_on_average() {
    let text = "#EXTM3U\n#EXT-X-VERSION:7\n\
        #EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=260000,CODECS=\"mp4a.40.2,x\"\nhigh.m3u8\n\
        #EXT-X-STREAM-INF:CODECS=\"mp4a.40.2\",BANDWIDTH=70000\n/low.m3u8\n";
    let Ok(Playlist::Master(variants)) = Playlist::read(text, &address()) else {
        panic!("a master playlist");
    };
    let read: Vec<_> = variants
        .iter()
        .map(|variant| (variant.url.as_str(), variant.rate.average, variant.rate.max))
        .collect();
    assert_eq!(
        read,
        [
            ("http://a.test/low.m3u8", 70_000, 70_000),
            ("http://a.test/music/1/high.m3u8", 260_000, 300_000)
        ]
    );
}

#[test]
fn segments_are_ranges_of_one_resource_or_whole_ones() {
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MAP:URI=\"a.mp4\",BYTERANGE=\"700@0\"\n\
        #EXTINF:2.048,\n#EXT-X-BYTERANGE:1000@700\na.mp4\n\
        #EXTINF:2.048,title, with a comma\n#EXT-X-BYTERANGE:900\na.mp4\n\
        #EXTINF:1.5,\nb.mp4\n#EXT-X-ENDLIST\n";
    let Ok(Playlist::Media(media)) = Playlist::read(text, &address()) else {
        panic!("a media playlist");
    };
    assert_eq!(media.init.clone().unwrap().range, Some(0..700));
    let segments: Vec<_> = media
        .segments
        .iter()
        .map(|segment| (segment.length.as_millis(), segment.resource.range.clone()))
        .collect();
    assert_eq!(
        segments,
        [
            (2048, Some(700..1700)),
            (2048, Some(1700..2600)),
            (1500, None)
        ]
    );
}

#[test]
fn the_same_text_is_shared_and_another_one_is_not() {
    let playlists = Playlists::default();
    let media = |text: &str| match playlists.read(text.as_bytes(), &address()) {
        Ok(Playlist::Media(media)) => media,
        other => panic!("{other:?}"),
    };
    let first = media("#EXTM3U\n#EXTINF:1,\na\n#EXT-X-ENDLIST\n");
    assert!(Rc::ptr_eq(
        &first,
        &media("#EXTM3U\n#EXTINF:1,\na\n#EXT-X-ENDLIST\n")
    ));
    let longer = media("#EXTM3U\n#EXTINF:2,\na\n#EXT-X-ENDLIST\n");
    assert_eq!(longer.segments[0].length, Duration::from_secs(2));
    assert!(Rc::ptr_eq(
        &longer,
        &media("#EXTM3U\n#EXTINF:2,\na\n#EXT-X-ENDLIST\n")
    ));
}

#[test]
fn no_more_bytes_are_kept_than_a_number() {
    let playlists = Playlists::default();
    let text = |number| {
        format!(
            "#EXTM3U\n#EXT-X-ENDLIST\n#{number}\n{}",
            "#EXTINF:1,\na\n".repeat(40_000)
        )
    };
    for number in 0..20 {
        let url = address().join(&format!("{}.m3u8", number % 19)).unwrap();
        assert!(playlists.read(text(number).as_bytes(), &url).is_ok());
    }
    let kept = playlists.0.borrow();
    let counted = kept
        .read
        .values()
        .map(|(body, playlist)| body.len() + playlist.bytes());
    assert_eq!(kept.bytes, counted.sum::<usize>());
    assert!(kept.bytes <= KEPT_BYTES_MAX, "{}", kept.bytes);
    assert!((2..19).contains(&kept.read.len()), "{}", kept.read.len());
}

#[test]
fn what_is_no_playlist_is_refused() {
    let read = |text| Playlist::read(text, &address()).unwrap_err();
    assert_eq!(read("<!doctype html>"), PlaylistError::NoPlaylist);
    assert_eq!(read(""), PlaylistError::NoPlaylist);
    assert_eq!(read("#EXTM3U\n"), PlaylistError::Empty);
    assert_eq!(
        read("#EXTM3U\n#EXTINF:soon,\na.mp4\n"),
        PlaylistError::Line(2)
    );
    assert_eq!(read("#EXTM3U\na.mp4\n"), PlaylistError::Line(2));
    let huge = format!(
        "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:{0}@{0}\na\n",
        u64::MAX
    );
    assert_eq!(read(&huge), PlaylistError::Line(4));
    let endless = format!("#EXTM3U\n{}", "#EXTINF:1,\na\n".repeat(SEGMENTS_MAX + 1));
    assert_eq!(read(&endless), PlaylistError::TooLong);
    let song = "#EXTINF:1,\na\n";
    let live = format!("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n{song}");
    assert_eq!(read(&live), PlaylistError::Live);
    let locked = "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n";
    let encrypted = format!("#EXTM3U\n{locked}{song}#EXT-X-ENDLIST\n");
    assert_eq!(read(&encrypted), PlaylistError::Encrypted);
    let bare = format!("#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n{song}#EXT-X-ENDLIST\n");
    Playlist::read(&bare, &address()).unwrap();
}

#[test]
fn a_segment_is_no_longer_than_an_hour_and_a_track_than_a_day() {
    let read = |lengths: &[&str]| {
        let segments = lengths
            .iter()
            .map(|length| format!("#EXTINF:{length},\na\n"));
        let text: String = segments.collect();
        Playlist::read(&format!("#EXTM3U\n{text}#EXT-X-ENDLIST\n"), &address()).err()
    };
    assert_eq!(read(&["3600"; 24]), None);
    assert_eq!(read(&["3600"; 25]), Some(PlaylistError::TooLong));
    for length in ["3600.001", "1e19", "inf", "NaN", "-1"] {
        assert_eq!(
            read(&["1", length]),
            Some(PlaylistError::Line(4)),
            "{length}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(
        lines in prop::collection::vec(
            prop_oneof![
                Just("#EXT-X-STREAM-INF:BANDWIDTH=1".to_owned()),
                Just("#EXT-X-BYTERANGE:5".to_owned()),
                "#EXTINF:[-0-9e.]{0,8},",
                "#EXT-X-MAP:URI=\"[a-z]{0,3}\"?(,BYTERANGE=\"?[0-9@]{0,4}\"?)?",
                "[a-z:/]{0,9}",
                any::<String>(),
            ],
            0..20,
        ),
    ) {
        let _ = Playlist::read(&format!("#EXTM3U\n{}", lines.join("\n")), &address());
    }
}
