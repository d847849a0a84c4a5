//! TLS of the public listener: its keys of the configuration, and the listener that sends people there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use chassis::config::{Optional, Section};
use chassis::http::{Tls, TlsFiles, TlsMetrics, redirect_router};
use chassis::problem;
use pages::PublicOrigin;
use prometheus_client::registry::Registry;

use crate::failure::Failure;
use crate::settings::ADDRESS;

/// How the public listener speaks HTTPS.
#[derive(Clone, Debug)]
pub(crate) struct TlsSettings {
    files: TlsFiles,
    pub(crate) reload_every: Duration,
    /// Where plain HTTP is sent to HTTPS.
    pub(crate) redirect_listen: Option<SocketAddr>,
}

impl TlsSettings {
    /// Reads the keys; says what is wrong with them together.
    pub(crate) fn read(
        server: &mut Section<'_>,
        public_origin: Option<&PublicOrigin>,
    ) -> (Option<Self>, Option<String>) {
        let Optional(certificate) = server.parsed::<Optional<String>>(
            "tls_cert",
            Optional(None),
            "a path",
            "The certificate of the public listener, in PEM, followed by those of who signed it. With it the listener \
             speaks HTTPS only: HTTP/1.1 and HTTP/2. A changed file is taken without a restart.",
        );
        let Optional(key) = server.parsed::<Optional<String>>(
            "tls_key",
            Optional(None),
            "a path",
            "The private key of `tls_cert`, in PEM.",
        );
        let second = Duration::from_secs(1);
        let reload_every = server.duration(
            "tls_reload_every",
            5 * second,
            Duration::from_millis(10)..=3600 * second,
            "How often `tls_cert` and `tls_key` are looked at; a change is taken when it was seen twice.",
        );
        let Optional(redirect_listen) = server.parsed::<Optional<SocketAddr>>(
            "redirect_listen",
            Optional(None),
            ADDRESS,
            "Another listener, which answers every plain HTTP request with a redirect to `public_url`, or else to the \
             host that was asked for at the port of the public listener. None when it is empty; only with `tls_cert`.",
        );
        let files = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(TlsFiles {
                certificate: PathBuf::from(certificate),
                key: PathBuf::from(key),
            }),
            (None, None) => None,
            (Some(_), None) => return (None, Some(without("tls_key", "tls_cert"))),
            (None, Some(_)) => return (None, Some(without("tls_cert", "tls_key"))),
        };
        let problem = match (&files, redirect_listen, public_origin) {
            (None, Some(_), _) => Some(
                "server.redirect_listen leads to HTTPS: give server.tls_cert and server.tls_key too"
                    .to_owned(),
            ),
            (Some(_), _, Some(origin)) if !origin.is_secure() => Some(
                "server.public_url begins with http://, but with server.tls_cert people reach it over https://"
                    .to_owned(),
            ),
            _ => None,
        };
        let settings = files.map(|files| Self {
            files,
            reload_every,
            redirect_listen,
        });
        (settings, problem)
    }

    /// Reads certificate and key.
    pub(crate) fn open(&self, registry: &mut Registry) -> Result<Tls, Failure> {
        let metrics = TlsMetrics::register(registry);
        Tls::open(self.files.clone(), metrics).map_err(|error| {
            let reason = problem::chain(&error);
            Failure::usage(format!(
                "could not start with server.tls_cert and server.tls_key: {reason}"
            ))
        })
    }
}

fn without(missing: &str, given: &str) -> String {
    format!("server.{given} needs server.{missing}: give both, or none for plain HTTP")
}

/// Sends everybody to HTTPS: where the public is told to come, or else to the host that they asked for.
pub(crate) fn redirect(public_origin: Option<PublicOrigin>, https_port: u16) -> Router {
    redirect_router(move |host| {
        let origin = public_origin.clone();
        let origin = origin.or_else(|| PublicOrigin::over_https(host, https_port));
        origin.map(|origin| origin.to_string())
    })
}
