use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use chassis::http::ClientAddress;

/// What delivery looks at in a request: all but its address.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    /// Where it came from, for limits only.
    pub(crate) client: ClientAddress,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            method: parts.method.clone(),
            headers: parts.headers.clone(),
            client: ClientAddress::from_request_parts(parts, state).await?,
        })
    }
}
