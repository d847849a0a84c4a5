//! What server-rendered pages share: layout, components, translations and hashed assets.
//!
//! Nouns: a [`Page`] is what a service wants to show, a [`Site`] is the frame around it, a [`Lang`] speaks the
//! messages of `messages/{ko,en}.json`, [`assets`] are the files of the web build, embedded and precompressed.
//! A page works without script; islands (React) are mounted into it after `load`.
//!
//! Never here: a noun of a service (props are plain structs that a service fills), SQL, a clock, a user's data
//! (public pages are the same for everybody and may be cached).

pub mod assets;
mod cache;
pub mod components;
mod document;
mod encoding;
mod etag;
mod lang;
mod layout;
mod loader;
mod messages;
mod origin;
mod page;
mod request;
mod site;

pub use cache::{PageCache, Rendered};
pub use document::Document;
pub use encoding::Encoding;
pub use lang::Lang;
pub use loader::content_security_policy;
pub use origin::{NoOrigin, PublicOrigin};
pub use page::{Page, Robots, Social};
pub use request::PageRequest;
pub use site::{NavItem, SearchForm, Site};
