//! The description of the API and what the API does say the same.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use super::Api;
use crate::synthetic::Library;

/// What is not JSON of the catalogue: live, or media with tests of their own.
const OTHERWISE: [&str; 3] = ["/chart/events", "/covers/", "/media/"];

fn description() -> Value {
    serde_json::to_value(crate::openapi()).unwrap()
}

/// Path, method and description of every operation.
fn operations(description: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = description["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap();
            methods
                .iter()
                .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect()
}

fn parameters<'a>(operation: &'a Value, place: &str) -> Vec<&'a Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == place).collect()
}

#[test]
fn every_operation_names_its_path_its_errors_and_what_its_parameters_mean() {
    let description = description();
    for (path, method, operation) in operations(&description) {
        assert!(
            path.starts_with(&format!("{}/", crate::API_PREFIX)),
            "{path}"
        );
        let variables = path.matches('{').count();
        assert_eq!(parameters(operation, "path").len(), variables, "{path}");
        for parameter in parameters(operation, "query") {
            let told = parameter["description"].as_str();
            assert!(
                told.is_some_and(|told| !told.is_empty()),
                "{path} {parameter}"
            );
        }
        let refused = &operation["responses"]["default"];
        let kinds: Vec<_> = refused["content"].as_object().unwrap().keys().collect();
        assert_eq!(kinds, ["application/problem+json"], "{method} {path}");
        assert!(refused["headers"]["retry-after"].is_object(), "{path}");
        let summary = operation["summary"].as_str();
        assert!(summary.is_some_and(|told| told.ends_with('.')), "{path}");
    }
}

#[tokio::test]
async fn the_api_tells_its_own_description() {
    let api = Api::with(&Library::new(1)).await;
    let told = api.app.get(crate::DESCRIPTION_PATH).await.json();
    assert_eq!(told, description());
    assert_eq!(told["info"]["title"], "HaaS music");
    assert!(crate::DESCRIPTION_PATH.starts_with(crate::API_PREFIX));
    api.app.stop().await;
}

/// A path with an id that is there.
fn filled(path: &str, api: &Api) -> String {
    let ids = if path.contains("/albums/") {
        &api.seeded.album_ids
    } else if path.contains("/artists/") {
        &api.seeded.artist_ids
    } else if path.contains("/genres/") {
        &api.seeded.genre_ids
    } else {
        &api.seeded.track_ids
    };
    path.replace("{id}", &ids[0]).replace("{file}", "128.m3u8")
}

fn asking(method: &str, path: &str) -> axum::http::request::Builder {
    let method: Method = method.to_uppercase().parse().unwrap();
    Request::builder().method(method).uri(path)
}

/// A value that a parameter takes.
fn sample(parameter: &Value) -> String {
    let schema = &parameter["schema"];
    match (&schema["enum"][0], &schema["type"]) {
        (Value::String(first), _) => first.clone(),
        (_, kind) if kind == "integer" => "1".to_owned(),
        _ => "x".to_owned(),
    }
}

#[tokio::test]
async fn every_operation_takes_the_parameters_it_describes_and_no_others() {
    let api = Api::with(&Library::new(3)).await;
    let description = description();
    for (path, method, operation) in operations(&description) {
        let address = filled(path, &api);
        let send = async |query: String| {
            let request = asking(method, &format!("{address}?{query}"));
            api.app.send(request.body(Body::empty()).unwrap()).await
        };
        let refused = send("unheard_of=1".to_owned()).await;
        assert_eq!(refused.refusal(), (400, "invalid".to_owned()), "{path}");
        let problem = refused.problem();
        assert_eq!(problem["errors"][0]["pointer"], "unheard_of", "{path}");
        for parameter in parameters(operation, "query") {
            let name = parameter["name"].as_str().unwrap();
            let accepted = problem["detail"].as_str().unwrap();
            assert!(accepted.contains(name), "{path}: {accepted}");
            let answer = send(format!("{name}={}", sample(parameter))).await;
            for refusal in ["is not taken here", "must be a whole number"] {
                assert!(!answer.text().contains(refusal), "{path}: {name}");
            }
            let twice = send(format!("{name}=1&{name}=1")).await;
            assert_eq!(twice.status, 400, "{path}: {name} given twice");
        }
    }
    api.app.stop().await;
}

#[tokio::test]
async fn a_value_that_cannot_be_is_refused_in_words_that_say_what_can() {
    let api = Api::with(&Library::new(3)).await;
    for (query, wrong) in [
        ("limit=many", "must be a whole number from 1 to 200"),
        ("limit=0", "must be a whole number from 1 to 200"),
        ("limit=", "must be a whole number from 1 to 200"),
        (
            "sort=best",
            "must be one of added, title, released, position",
        ),
    ] {
        let problem = api.get(&format!("/tracks?{query}")).await.problem();
        assert_eq!(problem["errors"][0]["detail"], wrong, "{query}");
        let name = query.split('=').next().unwrap();
        assert_eq!(problem["detail"], format!("{name} {wrong}"), "{query}");
    }
    api.app.stop().await;
}

#[tokio::test]
async fn who_has_an_answer_is_not_sent_it_again() {
    let api = Api::with(&Library::new(3)).await;
    let description = description();
    let mut tried = 0;
    for (path, method, operation) in operations(&description) {
        let is_other = OTHERWISE.iter().any(|other| path.contains(other));
        if method != "get" || is_other {
            continue;
        }
        let address = filled(path, &api);
        let may_be_held = operation["responses"]["304"].is_object();
        assert!(may_be_held, "{path} does not say that it may answer 304");
        let first = api.app.get(&address).await;
        if path.contains("{id}/") {
            // Made-up tracks have no media.
            continue;
        }
        let tag = first.header("etag");
        assert!(!tag.is_empty(), "{path} has no tag");
        assert!(
            first
                .header("cache-control")
                .starts_with("public, max-age=")
        );
        for method in ["get", "head"] {
            let request = asking(method, &address).header("if-none-match", tag);
            let held = api.app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((held.status.as_u16(), held.body.len()), (304, 0), "{path}");
            assert_eq!(held.header("etag"), tag, "{path}");
        }
        tried += 1;
    }
    assert_eq!(tried, 11);
    api.app.stop().await;
}

#[tokio::test]
async fn a_change_of_the_catalogue_changes_the_tag() {
    let library = Library::new(3);
    let api = Api::with(&library).await;
    let path = format!("/tracks/{}", api.seeded.track_ids[0]);
    let before = api.get(&path).await;
    let mut row: crate::store::entities::track::ActiveModel = api
        .store
        .find_track_row(&api.seeded.track_ids[0])
        .await
        .unwrap()
        .unwrap()
        .into();
    row.title = sea_orm::Set("Another title".to_owned());
    sea_orm::ActiveModelTrait::update(row, api.store.connection())
        .await
        .unwrap();
    let request = Request::get(format!("{}{path}", crate::API_PREFIX));
    let request = request.header("if-none-match", before.header("etag"));
    let after = api.app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(after.json()["title"], "Another title");
    api.app.stop().await;
}
