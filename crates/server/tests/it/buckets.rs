//! Music in an S3-compatible store: imported from a bucket, kept in a bucket, played from it, and fetched from it by
//! players themselves.

use std::time::{Duration, Instant};

use chassis::objects::Objects;
use serde_json::Value;
use testkit::{Binary, Haas, Identities, POD_TOKEN, S3, has_ffmpeg};

use crate::HAAS;
use crate::shelf::{Shelf, pause, wave};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(2);

/// A store with songs in it, and a library that is empty.
struct Records {
    s3: S3,
    shelf: Shelf,
}

impl Records {
    async fn new(songs: &[(&str, Vec<u8>)]) -> Self {
        let s3 = S3::start().await;
        let place = [("objects", "s3://music/songs")];
        let bucket = Objects::open(&s3.objects_with(&place)).expect("a bucket");
        for (name, bytes) in songs {
            let put = bucket.put(name, bytes.clone().into(), "audio/wav");
            put.await.expect("a store that takes it");
        }
        Self {
            s3,
            shelf: Shelf::new(),
        }
    }

    /// The binary with its objects in the store.
    fn binary(&self, changes: &[(&str, &str)]) -> Binary {
        let place = ("objects", "s3://music/library");
        let variables = self.s3.variables(&[&[place], changes].concat());
        let with = |binary: Binary, (name, value): &(String, String)| binary.with(name, value);
        variables.iter().fold(Binary::new(HAAS), with)
    }

    fn data(&self) -> String {
        self.shelf.data().to_str().expect("UTF-8").to_owned()
    }

    fn import(&self, from: &str) -> testkit::Output {
        let arguments = [
            "music",
            "import",
            "--defer",
            "--json",
            "--data",
            &self.data(),
            from,
        ];
        self.binary(&[]).run(&arguments)
    }
}

fn json(haas: &Haas, path: &str) -> Value {
    haas.get(path).json()
}

fn only_track(haas: &Haas) -> Value {
    let tracks = json(haas, "/api/music/v1/tracks");
    let items = tracks["items"].as_array().expect("a list");
    assert_eq!(items.len(), 1, "{tracks}");
    items[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_imported_from_a_bucket_kept_in_one_and_played() {
    let song = wave(3, 400);
    let records = Records::new(&[("Kim/2020 - One/01 - 하나.wav", song.clone())]).await;
    let output = records.import("s3://music/songs/");
    assert_eq!(output.code, Some(0), "{output:?}");
    let again = records.import("s3://music/songs");
    assert!(again.stdout.contains("\"unchanged\":1"), "{again:?}");
    let haas = records.binary(&[]).serve(&records.shelf.data(), &[]);
    let track = only_track(&haas);
    assert_eq!(track["title"], "하나");
    let stream = track["stream_url"].as_str().expect("a URL");
    let whole = haas.get(stream);
    assert_eq!(whole.status, 200);
    assert_eq!(&whole.body[..], song);
    let part = haas.send("GET", stream, &[("range", "bytes=100-199")], b"");
    assert_eq!(part.status, 206);
    assert_eq!(&part.body[..], &song[100..200]);
    // Nothing of it lies here.
    assert!(!records.shelf.data().join("music").exists());
    assert!(haas.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_misspelt_is_told_with_what_mends_it() {
    let records = Records::new(&[]).await;
    let output = records.import("s3://nowhere/songs");
    assert_eq!(output.code, Some(1), "{output:?}");
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(
        said.contains("could not read the bucket s3://nowhere/songs"),
        "{said}"
    );
    let output = records.import("gs://music/songs");
    assert_eq!(output.code, Some(64), "{output:?}");
    assert!(output.stderr.contains("s3://BUCKET"), "{output:?}");
    let half = [("objects_secret_access_key", "")];
    let output = records.binary(&half).run(&["check"]);
    assert_eq!(output.code, Some(64), "{output:?}");
    assert!(
        output.stderr.contains("objects_secret_access_key"),
        "{output:?}"
    );
    let store = Binary::new(HAAS).with("HAAS_MUSIC__MEDIA_DELIVERY", "store");
    let output = store.run(&[
        "serve",
        "--data",
        &records.data(),
        "--listen",
        "127.0.0.1:0",
    ]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(
        output.stderr.contains("music.objects is no bucket"),
        "{output:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_that_was_misspelt_does_not_split_the_library() {
    let records = Records::new(&[("1.wav", wave(3, 300))]).await;
    assert_eq!(records.import("s3://music/songs").code, Some(0));
    let (data, songs) = (records.data(), "s3://music/songs");
    let misspelt = records.binary(&[("objects", "s3://music/libary")]);
    let import = ["music", "import", "--thorough", "--data", &data, songs];
    let refused = misspelt.run(&import);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("music.objects"), "{refused:?}");
    let elsewhere = records.s3.objects_with(&[("objects", "s3://music/libary")]);
    let elsewhere = Objects::open(&elsewhere).expect("a bucket");
    let mark = elsewhere.find("library").await.expect("a store");
    assert_eq!(mark, None);
}

/// Lets a worker prepare the only track while another process serves; gives its playlist.
fn prepare(records: &Records, haas: &Haas) -> String {
    let data = records.data();
    let arguments = ["worker", "--data", &data, "--workers", "1"];
    let admin = ["--admin-listen", "127.0.0.1:0"];
    let mut worker = records
        .binary(&[])
        .start(&[&arguments[..], &admin].concat());
    let address = worker.line().expect("its address");
    assert!(address.starts_with("admin http://127.0.0.1:"), "{address}");
    let started = Instant::now();
    let hls = loop {
        let track = only_track(haas);
        if let Some(hls) = track["hls_url"].as_str() {
            break hls.to_owned();
        }
        let is_late = PATIENCE < started.elapsed();
        assert!(!is_late, "not prepared:\n{}", worker.log());
        pause();
    };
    worker.signal("TERM");
    assert_eq!(worker.wait().code, Some(0));
    hls
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_prepares_what_players_then_fetch_from_the_store_themselves() {
    if !has_ffmpeg() {
        return;
    }
    let records = Records::new(&[("1.wav", wave(3, 3_000))]).await;
    assert_eq!(records.import("s3://music/songs").code, Some(0));
    let by_store = [("media_delivery", "store"), ("preparation_workers", "0")];
    let haas = records.binary(&by_store).serve(&records.shelf.data(), &[]);
    assert!(only_track(&haas)["hls_url"].is_null());

    let hls = prepare(&records, &haas);
    let text = |path: &str| String::from_utf8(haas.get(path).body.to_vec()).expect("text");
    let master = text(&hls);
    let media = master.lines().find(|line| line.ends_with("128.m3u8"));
    let media = text(media.expect("a level"));
    let url = media.lines().find(|line| line.starts_with("http://"));
    let url = url.expect("an absolute URL").to_owned();
    let origin = format!("http://{}", records.s3.address);
    assert!(
        url.starts_with(&format!("{origin}/music/library/renditions/")),
        "{url}"
    );
    let init = media
        .lines()
        .find_map(|line| line.split_once("BYTERANGE=\""));
    let init = init.and_then(|(_, range)| range.split('@').next());
    let init: u64 = init.expect("a map").parse().expect("a number");
    let path = url.strip_prefix(&origin).expect("on the store");
    let mut store = testkit::Connection::open(records.s3.address);
    let range = format!("bytes=0-{}", init - 1);
    let host = records.s3.address.to_string();
    let headers = [("host", host.as_str()), ("range", &range)];
    store.send("GET", path, &headers, b"");
    let answer = store.answer(false);
    assert_eq!(
        (answer.status.as_u16(), answer.body.len() as u64),
        (206, init)
    );
    assert_eq!(answer.headers["content-type"], "audio/mp4");
    assert_eq!(&answer.body[4..8], b"ftyp");
    // A browser may fetch it; and whoever has an old playlist is answered here, not sent away.
    let page = haas.get("/music");
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.contains(&format!("connect-src 'self' {origin};")),
        "{policy}"
    );
    assert!(haas.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_or_an_instance_is_let_in_by_its_identity() {
    let records = Records::new(&[("1.wav", wave(3, 300))]).await;
    let identities = Identities::start().await;
    let folder = records.shelf.beside("identity");
    let (token, trusted) = (folder.join("token"), folder.join("ca.pem"));
    std::fs::write(&token, POD_TOKEN).expect("a file");
    std::fs::write(&trusted, identities.certificate.pem()).expect("a file");
    let (token, trusted) = (token.display().to_string(), trusted.display().to_string());
    let pod = format!("http://{}/v1/credentials", identities.address);
    let sts = format!("https://localhost:{}", identities.secure_address.port());
    let metadata = format!("http://{}", identities.address);
    let by_pod = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", pod.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token),
    ];
    let by_web = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/reads-music"),
        ("AWS_ENDPOINT_URL_STS", &sts),
    ];
    let by_instance = [("AWS_METADATA_ENDPOINT", metadata.as_str())];
    let without_key = records.binary(&[
        ("objects_access_key_id", ""),
        ("objects_secret_access_key", ""),
        ("objects_ca_file", &trusted),
    ]);
    let nowhere = records.shelf.beside("no-home").display().to_string();
    let cases: [(&[(&str, &str)], &str); 3] = [
        (&by_pod, "/v1/credentials"),
        (&by_web, "/"),
        (
            &by_instance,
            "/latest/meta-data/iam/security-credentials/reads-music",
        ),
    ];
    for (variables, path) in cases {
        let binary = variables
            .iter()
            .fold(without_key.clone(), |binary, (name, value)| {
                binary.with(name, value)
            })
            .with("HOME", &nowhere);
        let data = records.shelf.beside("by-identity").display().to_string();
        let import = [
            "music",
            "import",
            "--defer",
            "--json",
            "--take-over",
            "--data",
            &data,
            "s3://music/songs",
        ];
        let output = binary.run(&import);
        assert_eq!(output.code, Some(0), "{path}: {output:?}");
        let asked = identities.take_asked();
        // Each key has ended when it is given: every request needs another.
        let keys = asked.iter().filter(|asked| *asked == path).count();
        assert!(1 < keys, "{path}: {asked:?}");

        // What it signs would end with its key.
        let direct = binary.with("HAAS_MUSIC__MEDIA_DELIVERY", "store");
        let refused = direct.run(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
        assert!(refused.code.is_some_and(|code| code != 0), "{refused:?}");
        assert!(refused.stderr.contains("ends within hours"), "{refused:?}");
    }
    // Whoever names a profile does not mean the identity.
    let misspelt = without_key
        .with("HOME", &nowhere)
        .with("AWS_PROFILE", "misspelt");
    let refused = misspelt.run(&["music", "import", "s3://music/songs"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains(&nowhere), "{refused:?}");
}
