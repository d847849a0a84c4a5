use axum::http::{HeaderValue, Method};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::routes::Route;

/// What names a request in metrics and in the log: nothing of it is an address or what a client wrote.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Of a closed set: anyone may send any word as a method.
    pub(crate) method: &'static str,
    pub(crate) route: Route,
    pub(crate) id: RequestId,
}

/// Names one request in its answer and in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestId([u8; Hyphenated::LENGTH]);

impl Asked {
    pub(super) fn new(method: &Method, route: Route, id: Uuid) -> Self {
        Self {
            method: method_name(method),
            route,
            id: RequestId::new(id),
        }
    }

    #[cfg(test)]
    pub(crate) fn example() -> Self {
        let id = Uuid::from_u128(0x0192_aaaa_0000_7000_8000_0000_0000_0001);
        Self::new(&Method::GET, Route::unmatched(), id)
    }
}

impl RequestId {
    fn new(id: Uuid) -> Self {
        let mut text = [0; Hyphenated::LENGTH];
        id.hyphenated().encode_lower(&mut text);
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits and hyphens")
    }

    pub(super) fn to_value(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hexadecimal digits and hyphens")
    }
}

fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}
