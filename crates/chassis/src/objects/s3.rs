//! A bucket of an S3-compatible store, reached with two kinds of patience.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsCredential, Checksum};
use object_store::path::Path as Location;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, RetryConfig, StaticCredentialProvider,
};
use tokio_rustls::rustls::crypto::ring;

use super::access::{Access, Addressing, Credentials, Endpoint};
use super::credentials::CredentialsFile;
use super::{Config, OpenError};
use crate::config::common_variable;

/// How long an attempt to reach the store may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a connection is kept for the next request: stores close theirs after some 20 s.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// The pause before a request is tried again, at first and at most; in between it grows, and is random.
const BACK_OFF: Duration = Duration::from_millis(50);
const BACK_OFF_MAX: Duration = Duration::from_secs(5);
/// How often a request is tried again at most: as often as there is time.
const RETRIES_MAX: usize = 100_000;

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Somebody who listens: an answer that is late is worth nothing.
    Listener,
    /// Nobody: an import, a preparation.
    Work,
}

impl Patience {
    /// How long a request is tried again.
    fn retry_timeout(self) -> Duration {
        match self {
            Self::Listener => Duration::from_secs(6),
            Self::Work => Duration::from_mins(3),
        }
    }

    /// How long the store may be silent within an answer.
    fn read_timeout(self) -> Duration {
        match self {
            Self::Listener => Duration::from_secs(6),
            Self::Work => Duration::from_secs(30),
        }
    }

    /// How long one attempt may take, with all its bytes. Work may read a gigabyte over a thin line: it only must not
    /// stand still.
    fn attempt_timeout(self) -> Option<Duration> {
        match self {
            Self::Listener => Some(Duration::from_secs(9)),
            Self::Work => None,
        }
    }
}

/// A part of a bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    for_listeners: Arc<AmazonS3>,
    for_work: Arc<AmazonS3>,
    /// Scheme, host and port of its URLs; the bucket with them where it stands in the host.
    pub(super) origin: String,
    /// Whether what it signs is good until the URL says, and not only until the key ends.
    pub(super) signs_lastingly: bool,
    pub(super) prefix: Location,
}

impl Bucket {
    pub(super) fn open(config: &Config, name: &str, prefix: &str) -> Result<Self, OpenError> {
        // Whoever was first chose the same.
        let _chosen_before = ring::default_provider().install_default();
        let place = config.place.to_string();
        let reached = Reached::new(&config.access, name);
        let reached = reached.map_err(|error| OpenError::new(&place, error))?;
        let open = |patience| {
            let client = connect(&config.access, &reached, patience);
            client
                .map(Arc::new)
                .map_err(|error| OpenError::new(&place, error))
        };
        Ok(Self {
            for_listeners: open(Patience::Listener)?,
            for_work: open(Patience::Work)?,
            origin: reached.origin.clone(),
            signs_lastingly: KeySource::choose(&reached.builder, &config.access)
                .map_err(|error| OpenError::new(&place, error))?
                .lasts(),
            prefix: Location::parse(prefix).map_err(|error| OpenError::new(&place, error))?,
        })
    }

    pub(super) fn store(&self, patience: Patience) -> Arc<AmazonS3> {
        Arc::clone(match patience {
            Patience::Listener => &self.for_listeners,
            Patience::Work => &self.for_work,
        })
    }

    pub(super) fn signer(&self) -> &AmazonS3 {
        &self.for_listeners
    }
}

type ConnectError = Box<dyn std::error::Error + Send + Sync>;

/// Where a bucket is.
struct Reached {
    builder: AmazonS3Builder,
    is_secure: bool,
    origin: String,
}

impl Reached {
    fn new(access: &Access, bucket: &str) -> Result<Self, ConnectError> {
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        if let Some(region) = &access.region {
            builder = builder.with_region(region);
        }
        let endpoint = match &access.endpoint {
            Some(endpoint) => Some(endpoint.clone()),
            None => endpoint_of(&builder)?,
        };
        let is_in_host = match access.addressing {
            Addressing::Auto => endpoint.is_none(),
            Addressing::Path => false,
            Addressing::VirtualHost => true,
        };
        let endpoint = endpoint.unwrap_or_else(|| {
            let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
            Endpoint::of_amazon(region.as_deref())
        });
        if is_in_host && endpoint.is_ip() {
            return Err("the endpoint is an IP address, in which no bucket can stand: give it a name, or objects_addressing = \"path\"".into());
        }
        let origin = endpoint.url(is_in_host.then_some(bucket));
        Ok(Self {
            builder: builder
                .with_virtual_hosted_style_request(is_in_host)
                .with_config(AmazonS3ConfigKey::S3Endpoint, &origin),
            is_secure: endpoint.is_secure,
            origin,
        })
    }
}

fn connect(
    access: &Access,
    reached: &Reached,
    patience: Patience,
) -> Result<AmazonS3, ConnectError> {
    let mut builder = reached.builder.clone().with_retry(RetryConfig {
        backoff: BackoffConfig {
            init_backoff: BACK_OFF,
            max_backoff: BACK_OFF_MAX,
            base: 2.0,
        },
        max_retries: RETRIES_MAX,
        retry_timeout: patience.retry_timeout(),
    });
    // One object at a time is deleted here, and not every store knows the call for many.
    builder = builder.with_disable_bulk_delete(true);
    if !access.skips_checksums {
        builder = builder.with_checksum_algorithm(Checksum::SHA256);
    }
    let options = client_options(access, patience, reached.is_secure)?;
    let builder = builder.with_client_options(options);
    let key = KeySource::choose(&builder, access)?;
    Ok(key.give_to(builder).build()?)
}

/// The endpoint that the standard variables name.
fn endpoint_of(builder: &AmazonS3Builder) -> Result<Option<Endpoint>, ConnectError> {
    let keys = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
    let url = keys.iter().find_map(|key| builder.get_config_value(key));
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let endpoint = url.parse().map_err(
        |_no_endpoint| "AWS_ENDPOINT_URL is no URL such as https://s3.example:9000, without a path",
    )?;
    Ok(Some(endpoint))
}

fn client_options(
    access: &Access,
    patience: Patience,
    is_secure: bool,
) -> Result<ClientOptions, ConnectError> {
    let mut options = ClientOptions::new()
        .with_allow_http(!is_secure)
        .with_http1_only()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(patience.read_timeout())
        .with_pool_idle_timeout(IDLE_TIMEOUT)
        // Without TLS the certificates of the system, which may have none, are not looked for.
        .with_no_system_certificates(!is_secure);
    options = match patience.attempt_timeout() {
        Some(timeout) => options.with_timeout(timeout),
        None => options.with_timeout_disabled(),
    };
    if let Some(file) = &access.ca_file {
        let shown = file.display();
        let pem = std::fs::read(file)
            .map_err(|error| format!("could not read the certificates in {shown}: {error}"))?;
        let certificates = Certificate::from_pem_bundle(&pem)?;
        if certificates.is_empty() {
            return Err(format!("there is no certificate in {shown}").into());
        }
        for certificate in certificates {
            options = options.with_root_certificate(certificate);
        }
    }
    Ok(options)
}

/// Who gives the key that opens the store.
enum KeySource {
    Configured(AwsCredential),
    File(CredentialsFile),
    /// The standard variables.
    Environment {
        lasts: bool,
    },
    /// The identity of a pod or an instance, which gives keys that end.
    Identity,
}

impl KeySource {
    /// What is configured counts before the environment, the environment before a file that nobody named, and that before
    /// the identity of a pod or an instance.
    fn choose(builder: &AmazonS3Builder, access: &Access) -> Result<Self, ConnectError> {
        match &access.credentials {
            Credentials::Key {
                id,
                secret,
                session_token,
            } => {
                let token = session_token.as_ref();
                Ok(Self::Configured(AwsCredential {
                    key_id: id.reveal().to_owned(),
                    secret_key: secret.reveal().to_owned(),
                    token: token.map(|token| token.reveal().to_owned()),
                }))
            }
            Credentials::File { file, profile } => {
                let file = CredentialsFile::new(file.clone(), profile_or_usual(profile.as_deref()));
                file.load()?;
                Ok(Self::File(file))
            }
            Credentials::Ambient => Self::ambient(builder),
        }
    }

    fn ambient(builder: &AmazonS3Builder) -> Result<Self, ConnectError> {
        let is_set = |key| builder.get_config_value(&key).is_some();
        if is_set(AmazonS3ConfigKey::AccessKeyId) {
            return Ok(Self::Environment {
                lasts: !is_set(AmazonS3ConfigKey::Token),
            });
        }
        let is_told = [
            AmazonS3ConfigKey::WebIdentityTokenFile,
            AmazonS3ConfigKey::ContainerCredentialsRelativeUri,
            AmazonS3ConfigKey::ContainerCredentialsFullUri,
        ]
        .into_iter()
        .any(is_set);
        if is_told {
            return Ok(Self::Identity);
        }
        let file = CredentialsFile::new(usual_file(), profile_or_usual(None));
        let is_named = ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"]
            .into_iter()
            .any(|name| common_variable(name).is_some());
        match file.load() {
            Ok(_key) => Ok(Self::File(file)),
            // No file, or one for something else, leaves the identity of the instance.
            Err(error) if !is_named && error.is_none_there() => Ok(Self::Identity),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether its key ends only when somebody ends it.
    fn lasts(&self) -> bool {
        match self {
            Self::Configured(key) => key.token.is_none(),
            Self::File(file) => file.load().is_ok_and(|key| key.token.is_none()),
            Self::Environment { lasts } => *lasts,
            Self::Identity => false,
        }
    }

    fn give_to(self, builder: AmazonS3Builder) -> AmazonS3Builder {
        match self {
            Self::Configured(key) => {
                builder.with_credentials(Arc::new(StaticCredentialProvider::new(key)))
            }
            Self::File(file) => builder.with_credentials(Arc::new(file)),
            Self::Environment { .. } | Self::Identity => builder,
        }
    }
}

fn profile_or_usual(profile: Option<&str>) -> String {
    let profile = profile.map(str::to_owned);
    let profile = profile.or_else(|| common_variable("AWS_PROFILE"));
    profile.unwrap_or_else(|| "default".to_owned())
}

/// Where tools of the field look for keys.
fn usual_file() -> PathBuf {
    if let Some(file) = common_variable("AWS_SHARED_CREDENTIALS_FILE") {
        return file.into();
    }
    let home = common_variable("HOME").unwrap_or_default();
    PathBuf::from(home).join(".aws/credentials")
}
