use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, RwLock};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::MethodRouter;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::histogram::Histogram;
use utoipa::openapi::OpenApi;

use super::described::Operations;

/// Routes, and what is known of each before it is asked: its template, and what it takes if that is described.
#[derive(Debug)]
pub struct Routes<S = ()> {
    router: Router<S>,
    known: BTreeMap<String, Option<Operations>>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            known: BTreeMap::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds a route that nothing describes, and that takes any query.
    #[must_use]
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        // What is described stays so when another method is added.
        self.known.entry(path.to_owned()).or_default();
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (path, operations) in other.known {
            let known = self.known.entry(path).or_default();
            *known = known.take().or(operations);
        }
        self.router = self.router.merge(other.router);
        self
    }

    /// The same with what their handlers share.
    pub fn with_state(self, state: S) -> Routes {
        Routes {
            router: self.router.with_state(state),
            known: self.known,
        }
    }
}

impl<'a> FromIterator<(&'a str, MethodRouter)> for Routes {
    fn from_iter<I: IntoIterator<Item = (&'a str, MethodRouter)>>(routes: I) -> Self {
        let routes = routes.into_iter();
        routes.fold(Self::default(), |all, (path, methods)| {
            all.route(path, methods)
        })
    }
}

impl Routes {
    /// Routes as they are described. A query that the description does not know is refused.
    pub fn described(router: Router, description: &OpenApi) -> Self {
        let paths = description.paths.paths.iter();
        Self {
            router,
            known: paths
                .map(|(path, item)| (path.clone(), Some(Operations::of(item))))
                .collect(),
        }
    }

    /// The router, and where each of its paths leads. `services` are those that a path may belong to.
    pub(super) fn split(self, services: &[&'static str]) -> (Router, matchit::Router<Route>) {
        let mut routes = matchit::Router::new();
        for (template, operations) in self.known {
            let route = Route::new(template.clone(), operations, services);
            routes
                .insert(template, route)
                .expect("the router has taken the same paths");
        }
        // Else the router would make itself ready for each request anew.
        (self.router.with_state(()), routes)
    }
}

/// A route as metrics and the log name it, by its template and never by an address. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Route(Arc<Known>);

struct Known {
    template: String,
    service: &'static str,
    operations: Option<Operations>,
    is_matched: bool,
    /// What was counted before: to find it by its labels takes as long as all other counting.
    durations: RwLock<Vec<(&'static str, StatusCode, Histogram)>>,
}

impl Route {
    fn new(template: String, operations: Option<Operations>, services: &[&'static str]) -> Self {
        Self(Arc::new(Known {
            service: service_of(&template, services),
            template,
            operations,
            is_matched: true,
            durations: RwLock::default(),
        }))
    }

    /// Of what leads nowhere.
    pub(super) fn unmatched() -> Self {
        Self(Arc::new(Known {
            template: "unmatched".to_owned(),
            service: service_of("", &[]),
            operations: None,
            is_matched: false,
            durations: RwLock::default(),
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0.template
    }

    /// The service it belongs to, or `server`.
    pub(super) fn service(&self) -> &'static str {
        self.0.service
    }

    pub(super) fn is_matched(&self) -> bool {
        self.0.is_matched
    }

    /// How long answers took that were alike, as `find` finds it the first time.
    pub(super) fn durations(
        &self,
        method: &'static str,
        status: StatusCode,
        find: impl FnOnce() -> Histogram,
    ) -> Histogram {
        let durations = &self.0.durations;
        let is_alike =
            |(of, with, _): &&(&str, StatusCode, Histogram)| *of == method && *with == status;
        let known = durations.read().expect("nobody panics while holding it");
        if let Some((_, _, known)) = known.iter().find(is_alike) {
            return known.clone();
        }
        drop(known);
        let found = find();
        let mut known = durations.write().expect("nobody panics while holding it");
        if !known.iter().any(|known| is_alike(&known)) {
            known.push((method, status, found.clone()));
        }
        found
    }

    /// What it takes, if that is described.
    pub(super) fn operations(&self) -> Option<&Operations> {
        self.0.operations.as_ref()
    }
}

/// The service whose name a template begins with, behind `/api` or without.
fn service_of(template: &str, services: &[&'static str]) -> &'static str {
    let path = template.strip_prefix("/api").unwrap_or(template);
    let first = path.trim_start_matches('/').split('/').next();
    let known = services.iter().find(|name| Some(**name) == first);
    known.copied().unwrap_or("server")
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        EncodeLabelValue::encode(&self.as_str(), encoder)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use utoipa::openapi::path::OperationBuilder;
    use utoipa::openapi::{HttpMethod, PathItem, PathsBuilder};

    use super::*;

    fn is_described(routes: Routes, path: &str) -> bool {
        let (_, routes) = routes.split(&["music"]);
        routes.at(path).unwrap().value.operations().is_some()
    }

    #[test]
    fn what_is_described_stays_so_when_it_takes_another_method() {
        let operation = OperationBuilder::new().build();
        let item = PathItem::new(HttpMethod::Get, operation);
        let paths = PathsBuilder::new().path("/music/a", item).build();
        let description = OpenApi::new(utoipa::openapi::Info::new("a", "1"), paths);
        let described = || {
            let router = Router::new().route("/music/a", get(|| async {}));
            Routes::described(router, &description)
        };
        let other = || Routes::default().route("/music/a", post(|| async {}));
        assert!(is_described(described(), "/music/a"));
        assert!(is_described(described().merge(other()), "/music/a"));
        assert!(is_described(other().merge(described()), "/music/a"));
        assert!(!is_described(other(), "/music/a"));
    }

    #[test]
    fn a_route_belongs_to_the_service_that_it_begins_with() {
        for (template, service) in [
            ("/music", "music"),
            ("/music/{*path}", "music"),
            ("/api/music/v1/tracks", "music"),
            ("/musical", "server"),
            ("/assets/{name}", "server"),
            ("/", "server"),
        ] {
            assert_eq!(service_of(template, &["music"]), service, "{template}");
        }
    }
}
