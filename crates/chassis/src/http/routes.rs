use std::collections::HashMap;
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
    known: HashMap<String, Option<Operations>>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            known: HashMap::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds a route that nothing describes, and that takes any query.
    #[must_use]
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        self.known.insert(path.to_owned(), None);
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.known.extend(other.known);
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
            // The router has refused what contradicts itself.
            let _refused = routes.insert(template, route);
        }
        (self.router, routes)
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
