//! HTTP samplers: from the fields of a form to a request.

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::JmxError;
use super::address::Server;
use super::element::{Element, Http, Scope};
use super::group::{Request, Steps};
use super::read::Reading;
use super::variables::has_reference;

impl Reading {
    /// Adds what a sampler asks for, if a visitor can ask for it.
    pub(super) fn sampler(
        &mut self,
        element: &Element<'_>,
        scope: &Scope<'_>,
        steps: &mut Steps,
    ) -> Result<(), JmxError> {
        let place = element.place();
        let http = Http::of(element.node).or(scope.defaults);
        let method = http.method.unwrap_or("GET");
        if method != "GET" {
            self.skip(
                element,
                &format!("its method is {method}, only GET is asked"),
            );
            return Ok(());
        }
        let mut path = self.fill(http.path.unwrap_or_default(), &place)?;
        if has_reference(&path) {
            self.skip(element, "its path has something that is not understood");
            return Ok(());
        }
        let domain = self.fill(http.domain.unwrap_or_default(), &place)?;
        let mut server = None;
        if path.starts_with("http://") || path.starts_with("https://") {
            let url = Url::parse(&path)
                .map_err(|error| JmxError::Meaning(format!("{place}: {path:?}: {error}")))?;
            server = Server::of(&url);
            path = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
        } else if !domain.is_empty() {
            let protocol = self.fill(http.protocol.unwrap_or("http"), &place)?;
            let port = self.fill(http.port.unwrap_or_default(), &place)?;
            let colon = if port.is_empty() { "" } else { ":" };
            let text = format!("{}://{domain}{colon}{port}", protocol.to_lowercase());
            let url = Url::parse(&text).ok();
            let url = url.filter(|url| url.path() == "/" && url.query().is_none());
            server = url.as_ref().and_then(Server::of);
            if server.is_none() {
                self.skip(element, &format!("{text} is no server that can be asked"));
                return Ok(());
            }
        }
        if !self.is_of_target(server.as_ref()) {
            self.skip(element, "it asks another server, and a scenario asks one");
            return Ok(());
        }
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        self.add_query(element, &mut path)?;
        if has_reference(&path) {
            self.skip(
                element,
                "what it sends has something that is not understood",
            );
            return Ok(());
        }
        self.say_how_requests_differ(element);
        let patience_ms = self
            .fill(http.response_timeout.unwrap_or_default(), &place)?
            .trim()
            .parse()
            .ok();
        let request = Request {
            path,
            with_assets: http.image_parser == Some("true"),
            patience_ms: patience_ms.filter(|ms| 0 < *ms),
            pause_us: scope.pause_us,
        };
        steps.push(request, &place)
    }

    /// What a plan asks of requests that those of visitors never do.
    fn say_how_requests_differ(&mut self, element: &Element<'_>) {
        let is_not = |name| element.node.value(name) == Some("false");
        // Whoever follows them "automatically" has the other one unset.
        let follows = element.node.is("HTTPSampler.auto_redirects");
        if is_not("HTTPSampler.follow_redirects") && !follows {
            self.say("some requests do not follow redirects (follow_redirects); visitors do");
        }
        if is_not("HTTPSampler.use_keepalive") {
            self.say("some requests close their connection (use_keepalive); visitors keep theirs");
        }
    }

    /// The first server is the target; who names none asks it.
    fn is_of_target(&mut self, server: Option<&Server>) -> bool {
        let Some(server) = server else { return true };
        self.target.get_or_insert_with(|| server.clone()) == server
    }

    /// What a sampler sends with GET is part of its address.
    fn add_query(&mut self, element: &Element<'_>, path: &mut String) -> Result<(), JmxError> {
        let place = element.place();
        let arguments = element.node.property("HTTPsampler.Arguments");
        let all = arguments.and_then(|arguments| arguments.property("Arguments.arguments"));
        for argument in all.map(|all| all.children.as_slice()).unwrap_or_default() {
            let mut pair = Vec::new();
            for name in ["Argument.name", "Argument.value"] {
                let text = self.fill(argument.value(name).unwrap_or_default(), &place)?;
                pair.push(if argument.is("HTTPArgument.always_encode") {
                    byte_serialize(text.as_bytes()).collect()
                } else {
                    text
                });
            }
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(&pair.join("="));
        }
        Ok(())
    }
}
