//! Elements of a plan, and what holds for all that is below a place in it.

use super::tree::Node;

/// An element with what is below it.
pub(super) struct Element<'a> {
    pub(super) node: &'a Node,
    pub(super) below: Vec<Self>,
}

impl Element<'_> {
    pub(super) fn place(&self) -> String {
        let Node { tag, line, .. } = self.node;
        match self.node.attribute("testname").map(str::trim) {
            None | Some("") => format!("{tag} (line {line})"),
            Some(name) => format!("{tag} {name:?} (line {line})"),
        }
    }

    /// How many requests stand below it.
    pub(super) fn requests_below(&self) -> usize {
        let each = self.below.iter();
        each.map(|element| {
            usize::from(element.node.tag == "HTTPSamplerProxy") + element.requests_below()
        })
        .sum()
    }
}

/// The elements of a `hashTree` that are not disabled.
pub(super) fn elements(tree: &Node) -> Vec<Element<'_>> {
    let mut nodes = tree.children.iter().peekable();
    let mut found = Vec::new();
    while let Some(node) = nodes.next() {
        let below = nodes.next_if(|next| next.tag == "hashTree");
        if node.attribute("enabled") != Some("false") {
            let below = below.map(elements).unwrap_or_default();
            found.push(Element { node, below });
        }
    }
    found
}

/// What holds for all below a place.
#[derive(Clone, Default)]
pub(super) struct Scope<'a> {
    /// What requests say where they say nothing themselves.
    pub(super) defaults: Http<'a>,
    /// The sum of its timers.
    pub(super) pause_us: Option<u64>,
}

/// What is said of a request.
#[derive(Clone, Copy, Default)]
pub(super) struct Http<'a> {
    pub(super) protocol: Option<&'a str>,
    pub(super) domain: Option<&'a str>,
    pub(super) port: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) response_timeout: Option<&'a str>,
    pub(super) image_parser: Option<&'a str>,
}

impl<'a> Http<'a> {
    pub(super) fn of(node: &'a Node) -> Self {
        Self {
            protocol: node.value("HTTPSampler.protocol"),
            domain: node.value("HTTPSampler.domain"),
            port: node.value("HTTPSampler.port"),
            path: node.value("HTTPSampler.path"),
            method: node.value("HTTPSampler.method"),
            response_timeout: node.value("HTTPSampler.response_timeout"),
            image_parser: node.value("HTTPSampler.image_parser"),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            protocol: self.protocol.or(other.protocol),
            domain: self.domain.or(other.domain),
            port: self.port.or(other.port),
            path: self.path.or(other.path),
            method: self.method.or(other.method),
            response_timeout: self.response_timeout.or(other.response_timeout),
            image_parser: self.image_parser.or(other.image_parser),
        }
    }
}

impl Scope<'_> {
    pub(super) fn wait(&mut self, pause_us: u64) {
        self.pause_us = Some(self.pause_us.unwrap_or(0).saturating_add(pause_us));
    }
}
