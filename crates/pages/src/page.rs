//! What a service wants to show.

use axum::http::StatusCode;
use maud::Markup;

/// One page, before its frame.
#[derive(Clone, Debug)]
pub struct Page {
    /// The kind of page, for `data-page` and for the mark in the navigation.
    pub kind: &'static str,
    /// The status it is answered with.
    pub status: StatusCode,
    /// The title without the site's name.
    pub title: String,
    /// One or two sentences for search engines and previews.
    pub description: String,
    /// The page's own path and query, without `lang`.
    pub path: String,
    /// Whether search engines may list it.
    pub robots: Robots,
    /// What a preview shows.
    pub social: Social,
    /// Structured data (schema.org) as JSON-LD.
    pub json_ld: Option<serde_json::Value>,
    /// What stands in the search field.
    pub query: String,
    /// What stands inside `<main>`.
    pub main: Markup,
}

/// Whether search engines may list a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Robots {
    /// Listed.
    Index,
    /// Not listed; its links are followed.
    NoIndex,
}

/// Open Graph: what a link to the page looks like elsewhere.
#[derive(Clone, Debug)]
pub struct Social {
    /// `website`, `music.song`, `music.album`, `profile`.
    pub kind: &'static str,
    /// The path of a picture; the site's icon where there is none.
    pub image: Option<String>,
}

impl Page {
    /// A listed page with status 200 and no picture.
    pub fn new(
        kind: &'static str,
        path: impl Into<String>,
        title: impl Into<String>,
        main: Markup,
    ) -> Self {
        Self {
            kind,
            status: StatusCode::OK,
            title: title.into(),
            description: String::new(),
            path: path.into(),
            robots: Robots::Index,
            social: Social {
                kind: "website",
                image: None,
            },
            json_ld: None,
            query: String::new(),
            main,
        }
    }

    /// The sentence for search engines.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The picture and kind of its previews.
    #[must_use]
    pub fn social(mut self, kind: &'static str, image: impl Into<String>) -> Self {
        self.social = Social {
            kind,
            image: Some(image.into()),
        };
        self
    }

    /// Its structured data.
    #[must_use]
    pub fn json_ld(mut self, data: serde_json::Value) -> Self {
        self.json_ld = Some(data);
        self
    }

    /// Keeps it out of search engines.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.robots = Robots::NoIndex;
        self
    }

    /// Answers with another status; an error page is never listed.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        if status != StatusCode::OK {
            self.robots = Robots::NoIndex;
        }
        self
    }
}
