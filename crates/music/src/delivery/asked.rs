use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, Method};
use chassis::http::ClientAddress;

/// What delivery looks at in a request: all but its address. Taken out of it, not copied, so a handler's last argument.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    /// Where it came from, for limits only.
    pub(crate) client: ClientAddress,
}

impl<S: Sync> FromRequest<S> for Asked {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (mut parts, _no_body) = request.into_parts();
        Ok(Self {
            client: ClientAddress::from_request_parts(&mut parts, state).await?,
            method: parts.method,
            headers: parts.headers,
        })
    }
}
