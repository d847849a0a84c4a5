//! The same behaviour of a folder and of a bucket, and what only a bucket has.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use chassis::objects::{CACHE_CONTROL, ObjectError, Objects, WriteError};
use chassis::problem::chain;

use futures_util::TryStreamExt as _;
use tempfile::TempDir;
use testkit::S3;

async fn each_store(test: impl AsyncFn(Objects)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = folder.path().join("new");
    test(Objects::in_folder(&inside).expect("a folder")).await;
    let entries = fs::read_dir(inside).expect("a folder");
    assert!(entries.flatten().all(|entry| entry.file_name() == "a"));
    let s3 = S3::start().await;
    for place in ["s3://music", "s3://music/deep/in/it"] {
        let config = s3.objects_with(&[("objects", place)]);
        test(Objects::open(&config).expect("a bucket")).await;
    }
}

fn bytes(count: usize) -> Bytes {
    (0..=250_u8).cycle().take(count).collect()
}

async fn keys(objects: &Objects, folder: &str) -> Vec<String> {
    let listed: Vec<_> = objects.list(folder).try_collect().await.expect("a list");
    let mut keys: Vec<_> = listed.into_iter().map(|object| object.key).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn what_is_put_is_found_read_listed_and_deleted() {
    each_store(async |objects| {
        let body = bytes(1_000);
        objects
            .put("a/b.mp4", body.clone(), "audio/mp4")
            .await
            .unwrap();
        let found = objects.find("a/b.mp4").await.unwrap().unwrap();
        assert_eq!((found.key.as_str(), found.size_bytes), ("a/b.mp4", 1_000));
        assert!(found.modified_at_ms > 1_700_000_000_000);
        let read = objects.read_range("a/b.mp4", 10..20).await.unwrap();
        assert_eq!(read, (body.slice(10..20), 1_000));
        let read = objects.read_range("a/b.mp4", 990..2_000).await.unwrap();
        assert_eq!(read, (body.slice(990..), 1_000));
        let whole: Vec<Bytes> = objects
            .read("a/b.mp4")
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        assert_eq!(whole.concat(), body);
        assert_eq!(keys(&objects, "a").await, ["a/b.mp4"]);
        objects.delete("a/b.mp4").await.unwrap();
        objects.delete("a/b.mp4").await.unwrap();
        assert_eq!(objects.find("a/b.mp4").await.unwrap(), None);
        assert!(keys(&objects, "a").await.is_empty());
        let read = objects.read_range("a/b.mp4", 0..1).await;
        assert!(
            matches!(read, Err(ObjectError::NotFound { .. })),
            "{read:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_upload_is_whole_or_not_there() {
    each_store(async |objects| {
        // Two whole parts and a bit more, in pieces that do not fit into them.
        let body = bytes((16 << 20) + 100);
        let pieces = |error: Option<&'static str>| {
            let pieces: Vec<_> = body.chunks(3_000_000).map(Bytes::copy_from_slice).collect();
            let pieces = pieces.into_iter().map(Ok);
            futures_util::stream::iter(pieces.chain(error.map(Err)))
        };
        let written = objects.write("a/large", "audio/flac", pieces(None)).await;
        written.unwrap();
        let found = objects.find("a/large").await.unwrap().unwrap();
        assert_eq!(found.size_bytes, body.len() as u64);
        let (read, _) = objects.read_range("a/large", 0..17 << 20).await.unwrap();
        assert!(read == body, "it is not what was written");

        let cut_off = objects.write("a/cut-off", "audio/flac", pieces(Some("gone")));
        assert!(matches!(cut_off.await, Err(WriteError::Source("gone"))));
        assert_eq!(objects.find("a/cut-off").await.unwrap(), None);
        // One that is there stays as it was.
        let again = objects.write("a/large", "audio/flac", pieces(Some("gone")));
        assert!(again.await.is_err());
        let found = objects.find("a/large").await.unwrap().unwrap();
        assert_eq!(found.size_bytes, body.len() as u64);
        // Of what is short, too.
        let short = [Ok(bytes(10)), Err("gone")];
        let short = objects.write("a/short", "audio/flac", futures_util::stream::iter(short));
        assert!(short.await.is_err());
        objects.delete("a/large").await.unwrap();
        assert!(keys(&objects, "a").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_bucket_keeps_the_content_type_and_the_cache_headers() {
    let s3 = S3::start().await;
    let objects = Objects::open(&s3.objects()).unwrap();
    objects.put("a", bytes(10), "audio/mp4").await.unwrap();
    let large = bytes(9 << 20);
    let source = futures_util::stream::iter([Ok::<_, ObjectError>(large.clone())]);
    let written = objects.write("b", "audio/flac", source).await;
    written.unwrap();
    for (key, media_type, body) in [("a", "audio/mp4", bytes(10)), ("b", "audio/flac", large)] {
        let url = objects
            .sign(key, Duration::from_mins(1))
            .await
            .unwrap()
            .unwrap();
        let answer = reqwest::get(&url).await.unwrap();
        assert_eq!(answer.status(), 200, "{key}");
        assert_eq!(answer.headers()["content-type"], media_type);
        assert_eq!(answer.headers()["cache-control"], CACHE_CONTROL, "{key}");
        assert!(answer.bytes().await.unwrap() == body, "{key}");
    }
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::in_folder(folder.path()).unwrap();
    let signed = objects.sign("a", Duration::from_mins(1)).await.unwrap();
    assert_eq!(signed, None);
}

#[tokio::test]
async fn a_signature_that_is_wrong_or_too_old_is_refused() {
    let s3 = S3::start().await;
    let objects = Objects::open(&s3.objects_with(&[("objects", "s3://music/in")])).unwrap();
    objects.put("a", bytes(10), "audio/mp4").await.unwrap();
    let sign = async |lifetime| objects.sign("a", lifetime).await.unwrap().unwrap();
    let status = async |url: String| reqwest::get(&url).await.unwrap().status().as_u16();
    let good = sign(Duration::from_mins(1)).await;
    assert_eq!(status(good.clone()).await, 200);
    // s3s says 400 or 403: what counts is that nothing is given.
    let refused = 400..=403;
    assert!(refused.contains(&status(sign(Duration::ZERO).await).await));
    assert!(refused.contains(&status(good.replace("/in/a", "/in/b")).await));
    let bad = good.replace("X-Amz-Expires=60", "X-Amz-Expires=61");
    assert!(refused.contains(&status(bad).await));
    let unsigned = good.split('?').next().unwrap().to_owned();
    assert!(refused.contains(&status(unsigned).await));

    let wrong = [("objects_secret_access_key", "another secret")];
    let objects = Objects::open(&s3.objects_with(&wrong)).unwrap();
    assert!(objects.find("in/a").await.is_err());
    assert!(objects.put("in/b", bytes(1), "audio/mp4").await.is_err());
}

#[tokio::test]
async fn a_bucket_may_stand_in_the_host_of_a_request() {
    let s3 = S3::start().await;
    let objects = Objects::open(&s3.objects()).unwrap();
    objects.put("a/b", bytes(10), "audio/mp4").await.unwrap();
    let endpoint = s3.endpoint_of_hosts();
    let in_host = [
        ("objects_endpoint", endpoint.as_str()),
        ("objects_addressing", "virtual-host"),
    ];
    let objects = Objects::open(&s3.objects_with(&in_host)).unwrap();
    let url = objects.sign("a/b", Duration::from_mins(1)).await.unwrap();
    let url = url.unwrap();
    let origin = objects.origin().unwrap();
    assert!(origin.starts_with("http://music.s3.example:"), "{origin}");
    let path = url.strip_prefix(&origin).unwrap().to_owned();
    assert!(path.starts_with("/a/b?"), "{path}");
    let host = origin.strip_prefix("http://").unwrap();
    let ask = async |path: &str| {
        let url = format!("http://{}{path}", s3.address);
        let request = reqwest::Client::new().get(url).header("host", host);
        request.send().await.unwrap()
    };
    let answer = ask(&path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap(), bytes(10));
    let answer = ask(&path.replace("/a/b?", "/a/c?")).await;
    assert!(answer.status().is_client_error());
}

#[tokio::test]
async fn a_store_that_fails_now_and_then_is_asked_again() {
    let s3 = S3::start().await;
    let objects = Objects::open(&s3.objects()).unwrap();
    s3.faults.fail_every(3);
    for number in 0..20 {
        let key = format!("a/{number}");
        objects.put(&key, bytes(number), "audio/mp4").await.unwrap();
        let found = objects.find(&key).await.unwrap().unwrap();
        assert_eq!(found.size_bytes, number as u64);
    }
    let (requests, failed) = s3.faults.counts();
    assert!(
        failed >= 15 && requests == 40 + failed,
        "{failed} of {requests}"
    );
}

#[tokio::test]
async fn what_arrives_changed_is_refused_by_its_checksum() {
    let s3 = S3::start().await;
    let objects = Objects::open(&s3.objects()).unwrap();
    s3.faults.damage_uploads(true);
    assert!(objects.put("a", bytes(10), "audio/mp4").await.is_err());
    assert_eq!(objects.find("a").await.unwrap(), None);
    s3.faults.damage_uploads(false);
    objects.put("a", bytes(10), "audio/mp4").await.unwrap();
    let read = objects.read_range("a", 0..10).await.unwrap();
    assert_eq!(read, (bytes(10), 10));
}

#[tokio::test]
async fn keys_of_any_letters_are_themselves() {
    each_store(async |objects| {
        for name in ["한글 곡.mp3", "a+b&c=d.mp3", "100% x.mp3", "a'(1)!~*.mp3"] {
            let key = format!("a/{name}");
            objects.put(&key, bytes(3), "audio/mpeg").await.unwrap();
            assert_eq!(keys(&objects, "a").await, [key.as_str()]);
            let read = objects.read_range(&key, 0..3).await.unwrap();
            assert_eq!(read, (bytes(3), 3), "{key}");
            objects.delete(&key).await.unwrap();
        }
    })
    .await;
}

#[test]
fn what_cannot_be_opened_is_named() {
    let error = Objects::in_folder(Path::new("/proc/nowhere")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not open the folder /proc/nowhere for objects"
    );
}

#[tokio::test]
async fn a_bucket_whose_credentials_file_or_certificates_are_missing_is_not_opened() {
    let s3 = S3::start().await;
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing").display().to_string();
    for key in ["objects_credentials_file", "objects_ca_file"] {
        let changes = [
            (key, missing.as_str()),
            ("objects_access_key_id", ""),
            ("objects_secret_access_key", ""),
        ];
        let error = Objects::open(&s3.objects_with(&changes)).unwrap_err();
        let text = chain(&error);
        assert!(text.contains(&missing), "{text}");
        assert!(text.starts_with("could not open s3://music"), "{text}");
    }
}
