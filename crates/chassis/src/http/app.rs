use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Extensions;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tower::Service;

use super::edge::Edge;
use super::routes::{Route, Routes};

/// What a listener serves. Cheap to clone.
///
/// The edge goes around the router as a whole and not around each route, as the framework's layers would: it is passed
/// by every request, and a layer is copied, boxed and moved for each.
#[derive(Clone)]
pub struct App {
    router: Router,
    around: Option<Arc<Around>>,
}

struct Around {
    edge: Edge,
    routes: matchit::Router<Route>,
    unmatched: Route,
    /// What every request brings along.
    carried: Extensions,
}

impl App {
    /// The merged routes of all services with the edge around them. Unknown paths are problems, and so are queries that
    /// the services' descriptions do not know.
    pub fn new(routes: Routes, edge: Edge) -> Self {
        Self::carrying(routes, edge, Extensions::new())
    }

    /// The same, with something that every handler and every page of an error finds among the request's extensions.
    pub fn carrying(routes: Routes, edge: Edge, carried: Extensions) -> Self {
        let (router, routes) = routes.split(edge.services());
        Self {
            router,
            around: Some(Arc::new(Around {
                edge,
                routes,
                unmatched: Route::unmatched(),
                carried,
            })),
        }
    }
}

/// Routes for listeners that are not the public's, without an edge.
impl From<Router> for App {
    fn from(router: Router) -> Self {
        Self {
            router,
            around: None,
        }
    }
}

impl Service<Request<Body>> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let Some(around) = &self.around else {
            return Box::pin(self.router.call(request));
        };
        let matched = around.routes.at(request.uri().path());
        let route = matched.map_or(&around.unmatched, |matched| matched.value);
        if !around.carried.is_empty() {
            request.extensions_mut().extend(around.carried.clone());
        }
        around.edge.pass(route.clone(), request, &mut self.router)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").finish_non_exhaustive()
    }
}
