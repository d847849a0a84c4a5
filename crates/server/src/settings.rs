use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::config::{ConfigError, Effective, Optional, Reader, Section, Sources};
use chassis::{database, http, objects, telemetry};
use pages::PublicOrigin;

use crate::role::Role;
use crate::tls::TlsSettings;

const PUBLIC: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const ADMIN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8081);
/// What a listener's address looks like.
pub(crate) const ADDRESS: &str =
    "an address and port such as \"0.0.0.0:8080\"; port 0 takes a free one";

/// Everything that can be configured.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) admin_listen: SocketAddr,
    /// Where people reach the public listener; what each request says when it is not set.
    pub(crate) public_origin: Option<PublicOrigin>,
    /// How the public listener speaks HTTPS, if it does.
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) roles: Vec<Role>,
    pub(crate) migrates: bool,
    pub(crate) drain: Duration,
    pub(crate) grace: Duration,
    pub(crate) http: http::Config,
    pub(crate) telemetry: telemetry::Config,
    pub(crate) music: music::Config,
    /// How buckets are reached that music is imported from.
    pub(crate) imports: objects::Access,
    places: [Place; Role::ALL.len()],
}

/// Where one service keeps what it keeps.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) database: database::Config,
    pub(crate) objects: objects::Config,
}

impl Settings {
    /// Reads every key of every service, also of those that do not run here: one file serves all deployments.
    pub(crate) fn read(sources: &Sources) -> Result<(Self, Effective), ConfigError> {
        let mut reader = Reader::open(sources.clone());
        let mut server = reader.section("server");
        let data = server.path(
            "data",
            "haas-data",
            "The folder that holds everything of the embedded default: databases, objects, files being worked on.",
        );
        let listen = server.parsed("listen", PUBLIC, ADDRESS, "The public listener.");
        let admin_listen = server.parsed(
            "admin_listen",
            ADMIN,
            ADDRESS,
            "The admin listener: `/live`, `/ready`, `/metrics`, `/config`. Not for the public.",
        );
        let public_url = server.parsed(
            "public_url",
            Optional(None),
            "a scheme and a host such as \"https://music.example\"",
            "Where people reach the public listener: pages name it in their own addresses, for search engines and \
             previews. Without it the host that a request asks for is named.",
        );
        let public_origin: Option<PublicOrigin> = public_url.0;
        let (tls, tls_problem) = TlsSettings::read(&mut server, public_origin.as_ref());
        let only = server.list::<Role>(
            "only",
            &format!("a list of services, of: {}", Role::names()),
            "The services that run here; all when it is empty.",
        );
        let migrates = server.switch(
            "migrate",
            true,
            "Whether `serve` brings the databases up to date; if not, it refuses to start when they are behind.",
        );
        let (drain, grace) = read_stop(&mut server);
        if let Some(problem) = tls_problem {
            reader.problem(problem);
        }
        let places = Role::ALL.map(|role| Place::read(&mut reader, &data, role));
        let imports = places[Role::Music as usize]
            .objects
            .read_import(&mut reader.section(Role::Music.name()));
        let settings = Self {
            listen,
            admin_listen,
            public_origin,
            tls,
            roles: if only.is_empty() {
                Role::ALL.to_vec()
            } else {
                only
            },
            migrates,
            drain,
            grace,
            http: http::Config::read(&mut reader.section("http")),
            telemetry: telemetry::Config::read(&mut reader.section("telemetry")),
            places,
            imports,
            music: music::Config::read(&mut reader.section(Role::Music.name())),
            data,
        };
        Ok((settings, reader.finish()?))
    }

    /// Where files are worked on, whatever keeps databases and objects: on the disk that was chosen for data, not in what
    /// the machine has for passing files, which may be memory.
    pub(crate) fn work(&self) -> PathBuf {
        self.data.join("work")
    }

    pub(crate) fn place(&self, role: Role) -> &Place {
        &self.places[role as usize]
    }
}

impl Place {
    fn read(reader: &mut Reader, data: &Path, role: Role) -> Self {
        let mut section = reader.section(role.name());
        let database = database::Config::read(&mut section, data, role.name());
        let objects = objects::Config::read(&mut section, data, role.name());
        Self { database, objects }
    }
}

fn read_stop(server: &mut Section<'_>) -> (Duration, Duration) {
    let second = Duration::from_secs(1);
    let drain = server.duration(
        "drain",
        Duration::ZERO,
        Duration::ZERO..=600 * second,
        "How long a stopping process serves on while `/ready` is 503, until nobody sends it requests any more. A few \
         seconds behind a load balancer.",
    );
    let grace = server.duration(
        "grace",
        30 * second,
        Duration::ZERO..=600 * second,
        "How long a stop then waits for what is in flight.",
    );
    (drain, grace)
}
