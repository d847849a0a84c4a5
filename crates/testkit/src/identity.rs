//! A stand-in for what gives pods and instances their keys: EKS pod identity, web identity (STS), instance metadata.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use chassis::lifecycle::Tasks;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::s3::{IDENTITY_KEY_ID, SECRET_ACCESS_KEY};
use crate::secure::Certificate;

/// What a pod shows to be given a key.
pub const POD_TOKEN: &str = "who this pod is";
/// What an instance is given to be given a key.
const SESSION: &str = "a session with the metadata";
const ROLE: &str = "reads-music";
/// Belongs to the key, which lets nobody in without it.
pub(crate) const SESSION_TOKEN: &str = "a key for an hour";
/// When a key that was given ends: it is over, so that another one is asked for with every request.
const ENDED: &str = "2001-01-01T00:00:00Z";

/// Gives a key that opens [`S3`](crate::S3) with its token only, to whoever asks as they should, until it is dropped.
#[derive(Debug)]
pub struct Identities {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it listens with TLS, as web identities need it.
    pub secure_address: SocketAddr,
    /// Whom to trust there.
    pub certificate: Certificate,
    /// The paths that were asked for as they should.
    asked: Arc<Mutex<Vec<String>>>,
    tasks: Tasks,
}

impl Identities {
    /// Starts it.
    pub async fn start() -> Self {
        let [plain, secure] = [
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        ];
        let certificate = Certificate::new();
        let started = Self {
            address: plain.local_addr().unwrap(),
            secure_address: secure.local_addr().unwrap(),
            asked: Arc::default(),
            tasks: Tasks::default(),
            certificate,
        };
        let acceptor = TlsAcceptor::from(started.certificate.server());
        let (tasks, asked) = (started.tasks.clone(), Arc::clone(&started.asked));
        started.tasks.spawn(async move {
            loop {
                let asked = Arc::clone(&asked);
                tokio::select! {
                    Ok((stream, _)) = plain.accept() => {
                        tasks.spawn(serve(stream, asked));
                    }
                    Ok((stream, _)) = secure.accept() => {
                        let acceptor = acceptor.clone();
                        tasks.spawn(async move {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, asked).await;
                            }
                        });
                    }
                }
            }
        });
        started
    }

    /// The paths that were asked for as they should since the last time.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Drop for Identities {
    fn drop(&mut self) {
        self.tasks.kill();
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, asked: Arc<Mutex<Vec<String>>>) {
    let service = service_fn(|request| {
        let answer = answer(&request);
        if answer.is_some() {
            let path = request.uri().path().to_owned();
            asked.lock().unwrap().push(path);
        }
        async {
            let mut response = Response::new(Body::empty());
            match answer {
                Some(text) => *response.body_mut() = Body::from(text),
                None => *response.status_mut() = StatusCode::UNAUTHORIZED,
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ended_by_either_side = connection.await;
}

/// What is answered to whoever may know it.
fn answer(request: &Request<Incoming>) -> Option<String> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let metadata = format!("/latest/meta-data/iam/security-credentials/{ROLE}");
    let (method, path) = (request.method().as_str(), request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let has_session = header("x-aws-ec2-metadata-token") == Some(SESSION);
    match (method, path) {
        ("GET", "/v1/credentials") => (header("authorization")? == POD_TOKEN).then(json),
        ("PUT", "/latest/api/token") => Some(SESSION.to_owned()),
        ("GET", "/latest/meta-data/iam/security-credentials/") => {
            has_session.then(|| ROLE.to_owned())
        }
        ("GET", path) if path == metadata => has_session.then(json),
        ("POST", "/") => {
            let is_asked = query.contains("Action=AssumeRoleWithWebIdentity")
                && query.contains("WebIdentityToken=who+this+pod+is");
            is_asked.then(xml)
        }
        _ => None,
    }
}

fn json() -> String {
    format!(
        r#"{{"AccessKeyId":"{IDENTITY_KEY_ID}","SecretAccessKey":"{SECRET_ACCESS_KEY}","Token":"{SESSION_TOKEN}","Expiration":"{ENDED}"}}"#
    )
}

fn xml() -> String {
    format!(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
         <AccessKeyId>{IDENTITY_KEY_ID}</AccessKeyId><SecretAccessKey>{SECRET_ACCESS_KEY}</SecretAccessKey>\
         <SessionToken>{SESSION_TOKEN}</SessionToken><Expiration>{ENDED}</Expiration>\
         </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
    )
}
