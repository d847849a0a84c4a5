//! XML as a tree, read with limits: a file of a stranger can neither fill the memory nor the stack.
//!
//! No document type is read, so that no entity of its own can be made; the five of XML and numbers of characters are known.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{JMX_BYTES_MAX, JmxError};

/// Two levels for each nested controller.
const DEPTH_MAX: usize = 200;
const ELEMENTS_MAX: usize = 200_000;
const ATTRIBUTES_MAX: usize = 32;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) tag: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
    pub(super) line: usize,
}

impl Node {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A property by its name. Numbers with a fraction have theirs in an element.
    pub(super) fn property(&self, name: &str) -> Option<&Self> {
        self.children.iter().find_map(|child| {
            if child.attribute("name") == Some(name) {
                return Some(child);
            }
            let named = child.child("name").is_some_and(|it| it.text.trim() == name);
            named.then(|| child.child("value")).flatten()
        })
    }

    /// What a property says, if it says anything.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let text = self.property(name)?.text.trim();
        Some(text).filter(|text| !text.is_empty())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }

    pub(super) fn child(&self, tag: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.tag == tag)
    }
}

/// Reads a text to its end; what comes back has no text of its own and one child, the root.
pub(super) fn read(text: &str) -> Result<Node, JmxError> {
    let mut parsing = Parsing {
        text,
        line: 1,
        counted: 0,
        elements: 0,
        open: vec![Node::default()],
    };
    if JMX_BYTES_MAX < text.len() {
        let what = format!("the file has more than {JMX_BYTES_MAX} bytes");
        return Err(parsing.wrong(what));
    }
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event();
        parsing.advance(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = event.map_err(|error| parsing.wrong(format!("it is no XML: {error}")))?;
        if !parsing.take(event)? {
            break;
        }
    }
    match parsing.open.pop() {
        Some(root) if parsing.open.is_empty() => Ok(root),
        Some(open) => Err(parsing.wrong(format!("<{}> has no end", open.tag))),
        None => Err(parsing.wrong("it has more ends than elements".to_owned())),
    }
}

struct Parsing<'a> {
    text: &'a str,
    line: usize,
    /// So many bytes are in the count of lines.
    counted: usize,
    elements: usize,
    /// From the root to where the reader is.
    open: Vec<Node>,
}

impl Parsing<'_> {
    fn wrong(&self, what: String) -> JmxError {
        JmxError::Xml {
            line: self.line,
            what,
        }
    }

    fn advance(&mut self, to: usize) {
        let passed = self.text.as_bytes().get(self.counted..to);
        let ends = passed
            .unwrap_or_default()
            .iter()
            .filter(|byte| **byte == b'\n');
        self.line += ends.count();
        self.counted = self.counted.max(to);
    }

    /// Whether there is more.
    fn take(&mut self, event: Event<'_>) -> Result<bool, JmxError> {
        match event {
            Event::Start(start) => {
                let node = self.node(&start)?;
                self.open.push(node);
                if DEPTH_MAX < self.open.len() {
                    return Err(self.wrong(format!("more than {DEPTH_MAX} elements in each other")));
                }
            }
            Event::Empty(start) => {
                let node = self.node(&start)?;
                self.close(node);
            }
            Event::End(_) => {
                if let Some(node) = self.open.pop() {
                    self.close(node);
                }
            }
            Event::Text(text) => self.write(&text.xml10_content()),
            Event::CData(text) => self.write(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten();
                let named = quick_xml::escape::resolve_predefined_entity(&reference);
                match (character, named) {
                    (Some(character), _) => self.write(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => self.write(text),
                    (None, None) => {
                        return Err(self.wrong(format!("&{};: it is not known", &*reference)));
                    }
                }
            }
            Event::DocType(_) => {
                return Err(self.wrong(
                    "a document type is not read, because it can define entities: remove <!DOCTYPE"
                        .to_owned(),
                ));
            }
            Event::Eof => return Ok(false),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
        Ok(true)
    }

    fn node(&mut self, start: &BytesStart<'_>) -> Result<Node, JmxError> {
        self.elements += 1;
        if ELEMENTS_MAX < self.elements {
            return Err(self.wrong(format!("more than {ELEMENTS_MAX} elements")));
        }
        let mut attributes = Vec::new();
        // Whether a name is there twice would be looked for again and again.
        for attribute in start.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|error| self.wrong(format!("it is no XML: {error}")))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| self.wrong(error.to_string()))?;
            if attributes.len() == ATTRIBUTES_MAX {
                let what = format!("an element with more than {ATTRIBUTES_MAX} attributes");
                return Err(self.wrong(what));
            }
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Node {
            tag: start.name().as_ref().to_owned(),
            attributes,
            line: self.line,
            ..Node::default()
        })
    }

    fn close(&mut self, node: Node) {
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(node);
        }
    }

    fn write(&mut self, text: &str) {
        if let Some(node) = self.open.last_mut() {
            node.text.push_str(text);
        }
    }
}
