//! What is answered for a path is said for it, too, whoever asks for it in whatever way.

use super::*;

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    for (path, accepted) in [
        ("/media", ""),
        ("/music/page", ""),
        ("/music/page", "br"),
        ("/shared", "gzip"),
        ("/plays", ""),
        ("/broken", ""),
        ("/panic", ""),
        ("/nowhere", ""),
        ("/list?limit=none", ""),
    ] {
        let request = |method| {
            let request = Request::builder().method(method).uri(path);
            let request = request.header(header::ACCEPT_ENCODING, accepted);
            request.body(Body::empty()).unwrap()
        };
        let (status, mut head, none) = ask(request(Method::HEAD)).await;
        let (of_get, mut get, body) = ask(request(Method::GET)).await;
        assert_eq!((status, none.len()), (of_get, 0), "{path}");
        let length = head.remove(header::CONTENT_LENGTH);
        let length: Option<usize> = length.map(|length| length.to_str().unwrap().parse().unwrap());
        let is_known = !get.contains_key(header::CONTENT_ENCODING);
        assert_eq!(length, is_known.then_some(body.len()), "{path} {accepted}");
        get.remove(header::CONTENT_LENGTH);
        for headers in [&mut head, &mut get] {
            headers.remove("x-request-id");
        }
        assert_eq!(head, get, "{path} {accepted}");
    }
}

#[tokio::test]
async fn a_path_that_is_nearly_one_is_none() {
    for path in [
        "/music/page/",
        "//music/page",
        "/music%2Fpage",
        "/music/page%FF",
        "/api/music/v1/tracks/1/",
        "/api/music/v1/tracks/",
    ] {
        let (status, ..) = ask(get_of(path)).await;
        assert_eq!(status, 404, "{path}");
    }
    let (status, ..) = ask(get_of("/api/music/v1/tracks/%31")).await;
    assert_eq!(status, 200);
}
