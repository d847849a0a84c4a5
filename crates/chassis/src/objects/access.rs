//! How a store is reached, and by whom.

use std::convert::Infallible;
use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::Authority;

use crate::config::{Optional, Secret, Section};

/// The region where nothing says another.
const REGION: &str = "us-east-1";

/// How a store is reached. What is not set is taken from the standard variables (`AWS_…`).
#[derive(Clone, Debug, Default)]
pub struct Access {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) region: Option<String>,
    pub(super) addressing: Addressing,
    pub(super) credentials: Credentials,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) skips_checksums: bool,
}

/// Who opens a store.
#[derive(Clone, Debug, Default)]
pub(super) enum Credentials {
    /// This key.
    Key {
        id: Secret,
        secret: Secret,
        session_token: Option<Secret>,
    },
    /// A profile of a shared credentials file.
    File {
        file: PathBuf,
        profile: Option<String>,
    },
    /// Whoever the environment, the usual file, or the identity of the pod or the instance says.
    #[default]
    Ambient,
}

/// How a bucket stands in a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Addressing {
    /// In the path where an endpoint is set, in the host of AWS.
    #[default]
    Auto,
    /// `https://HOST/BUCKET/KEY`
    Path,
    /// `https://BUCKET.HOST/KEY`
    VirtualHost,
}

/// The address of a store: scheme, host, port, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) is_secure: bool,
    pub(super) authority: String,
}

impl Access {
    /// Reads the keys `<of>_…`; what is not set is as in `default`.
    pub(super) fn read(section: &mut Section<'_>, of: &str, default: &Self) -> Self {
        let key = |name: &str| format!("{of}_{name}");
        let about = |doc: &str| match of {
            "import" => format!(
                "Of the store that music is imported from (otherwise as for objects): {doc}"
            ),
            _ => format!("Of a bucket: {doc}"),
        };
        let endpoint = section.parsed(
            &key("endpoint"),
            Optional(default.endpoint.clone()),
            "a URL such as \"https://s3.example:9000\", without a path",
            &about("the store's address; Amazon's where it is empty."),
        );
        let region = section.parsed(
            &key("region"),
            Optional(default.region.clone()),
            "a region's name such as \"eu-central-1\"",
            &about(&format!("its region; {REGION} where nothing says another.")),
        );
        let addressing = section.choice(
            &key("addressing"),
            "auto",
            &[
                ("auto", default.addressing),
                ("path", Addressing::Path),
                ("virtual-host", Addressing::VirtualHost),
            ],
            &about("whether its name stands in the path or in the host; \"auto\": in the host of Amazon, else in the path."),
        );
        let credentials = Credentials::read(section, key, about);
        let ca_file = section.parsed(
            &key("ca_file"),
            Optional(default.ca_file.clone().map(File)),
            "a path",
            &about("certificates (PEM) that are trusted beside the system's."),
        );
        let checksums = section.switch(
            &key("checksums"),
            !default.skips_checksums,
            &about("whether uploads carry a SHA-256 checksum that the store verifies; false for stores that refuse it."),
        );
        Self {
            endpoint: endpoint.0,
            region: region.0,
            addressing,
            credentials: credentials.unwrap_or_else(|| default.credentials.clone()),
            ca_file: ca_file.0.map(|file| file.0),
            skips_checksums: !checksums,
        }
    }
}

impl Credentials {
    /// What is set; none when nothing is.
    fn read(
        section: &mut Section<'_>,
        key: impl Fn(&str) -> String,
        about: impl Fn(&str) -> String,
    ) -> Option<Self> {
        let mut secret = |name: &str, doc: &str| {
            let secret = section.secret(&key(name), "a text", &about(doc));
            secret.filter(|secret| !secret.reveal().is_empty())
        };
        let id = secret(
            "access_key_id",
            "the key it is opened with. Without it: a credentials file, the standard variables AWS_…, the usual file, the \
             identity of the pod or of the instance.",
        );
        let secret_key = secret("secret_access_key", "the secret that belongs to the key.");
        let session_token = secret(
            "session_token",
            "the token of a key that lasts for a while.",
        );
        let file: Optional<File> = section.parsed(
            &key("credentials_file"),
            Optional(None),
            "a path",
            &about("a shared credentials file with the key, read again when it changes."),
        );
        let profile = section.parsed(
            &key("profile"),
            Optional(None),
            "a name",
            &about("which profile of that file; \"default\", or what AWS_PROFILE names."),
        );
        match (id, secret_key, file.0) {
            (Some(id), Some(secret), _) => Some(Self::Key {
                id,
                secret,
                session_token,
            }),
            (Some(_), None, _) => {
                let secret_key = key("secret_access_key");
                section.refuse_secret(
                    &key("access_key_id"),
                    &format!("a key with its {secret_key}"),
                );
                None
            }
            (None, Some(_), _) => {
                let id = key("access_key_id");
                section.refuse_secret(
                    &key("secret_access_key"),
                    &format!("a secret with its {id}"),
                );
                None
            }
            (None, None, Some(File(file))) => Some(Self::File {
                file,
                profile: profile.0,
            }),
            (None, None, None) => None,
        }
    }
}

impl Endpoint {
    /// The address of Amazon's store in a region.
    pub(super) fn of_amazon(region: Option<&str>) -> Self {
        let region = region.unwrap_or(REGION);
        Self {
            is_secure: true,
            authority: format!("s3.{region}.amazonaws.com"),
        }
    }

    /// The URL of the store or, in virtual-host style, of a bucket in it.
    pub(super) fn url(&self, bucket: Option<&str>) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let authority = &self.authority;
        match bucket {
            Some(bucket) => format!("{scheme}://{bucket}.{authority}"),
            None => format!("{scheme}://{authority}"),
        }
    }
}

/// A text that is no address of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoEndpoint;

impl FromStr for Endpoint {
    type Err = NoEndpoint;

    fn from_str(text: &str) -> Result<Self, NoEndpoint> {
        let url: Uri = text.parse().map_err(|_no_url| NoEndpoint)?;
        let is_secure = match url.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(NoEndpoint),
        };
        let authority = url.authority().ok_or(NoEndpoint)?.as_str();
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        if !is_bare || authority.contains('@') {
            return Err(NoEndpoint);
        }
        Ok(Self {
            is_secure,
            authority: authority.to_owned(),
        })
    }
}

impl Endpoint {
    /// Whether it is an address and no name.
    pub(super) fn is_ip(&self) -> bool {
        let authority = self.authority.parse::<Authority>();
        let host = authority.as_ref().map(Authority::host).unwrap_or_default();
        host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url(None))
    }
}

/// The name of a file.
struct File(PathBuf);

impl FromStr for File {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.into()))
    }
}

impl fmt::Display for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_a_host_and_no_path() {
        let endpoint: Endpoint = "http://127.0.0.1:9000/".parse().unwrap();
        assert_eq!(endpoint.url(None), "http://127.0.0.1:9000");
        assert_eq!(endpoint.url(Some("music")), "http://music.127.0.0.1:9000");
        let endpoint: Endpoint = "https://s3.example".parse().unwrap();
        assert_eq!(endpoint.url(Some("music")), "https://music.s3.example");
        for (text, is_ip) in [
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://s3.example", false),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().is_ip(), is_ip, "{text}");
        }
        for text in [
            "s3.example",
            "ftp://s3.example",
            "https://s3.example/music",
            "https://s3.example?x",
            "https://key:secret@s3.example",
            "",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
