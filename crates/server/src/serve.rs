use std::process::ExitCode;

use axum::http::Extensions;
use chassis::clock::Clock;
use chassis::config::Effective;
use chassis::http::{self, App, Edge, HttpMetrics, Policy, Routes, Tls};
use chassis::lifecycle::{Readiness, Tasks};
use chassis::objects::{Objects, Place};
use chassis::service::{Context, Mounted};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::process::{Process, bind, bind_admin, listener_address};
use crate::role::Role;
use crate::settings::Settings;
use crate::{say, service, tls};

/// Listens first, opens everything behind the listeners, serves until a signal or a failed task, stops in order.
pub(crate) async fn serve(settings: Settings, effective: Effective) -> Result<ExitCode, Failure> {
    let mut process = Process::begin(&settings).await?;
    let mut registry = Registry::default();
    let tls = settings.tls.as_ref();
    let tls = tls.map(|tls| tls.open(&mut registry)).transpose()?;
    let listeners = Listeners::bind(&settings, &effective)?;
    listeners.announce()?;
    let Listeners {
        public,
        admin,
        redirect,
        https_port,
        ..
    } = listeners;

    let (tasks, readiness) = (process.tasks.clone(), process.readiness.clone());
    process.tell(admin, &effective);
    if let Some(redirect) = redirect {
        let router = tls::redirect(settings.public_origin.clone(), https_port);
        tasks.spawn(http::serve(redirect, router, tasks.clone()));
    }
    let started = Box::pin(start(&settings, &tasks, &readiness, &mut registry));
    let started = http::refuse_while(&public, tls.is_some(), started);
    let Some(app) = process.start(started).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    serve_public(public, app, tls, &settings, &tasks);
    process.run(registry, settings.drain).await
}

fn serve_public(
    public: TcpListener,
    (app, edge): (App, Edge),
    tls: Option<Tls>,
    settings: &Settings,
    tasks: &Tasks,
) {
    let serving = tasks.clone();
    let metrics = edge.metrics().clone();
    if let (Some(tls), Some(wished)) = (tls, &settings.tls) {
        tasks.spawn(tls.clone().watch(wished.reload_every, tasks.clone()));
        tasks.spawn_essential("public listener", async move {
            http::serve_tls(public, app, serving, edge.config(), metrics, tls).await;
        });
    } else {
        tasks.spawn_essential("public listener", async move {
            http::serve_with(public, app, serving, edge.config(), metrics).await;
        });
    }
}

/// Starts the services: what is served, and what is around it.
async fn start(
    settings: &Settings,
    tasks: &Tasks,
    readiness: &Readiness,
    registry: &mut Registry,
) -> Result<(App, Edge), Failure> {
    chassis::process::register(registry);
    let objects = settings.roles.iter().map(|&role| {
        let objects = service::open_objects(settings, role)?;
        service::keep_swept(&objects, tasks);
        Ok((role, objects))
    });
    let objects: Vec<(Role, Objects)> = objects.collect::<Result<_, Failure>>()?;
    let media_origins = media_origins(settings, &objects)?;
    let edge = Edge::new(
        settings.http.clone(),
        Policy::new(&pages::content_security_policy(&media_origins)),
        Clock::system(),
        readiness.clone(),
        HttpMetrics::register(registry),
        Role::ALL.map(Role::name).to_vec(),
    );
    let mut routes = pages::assets::routes().collect::<Routes>();
    for (role, objects) in objects {
        let (database, clock) = service::open_current_database(settings, role, None).await?;
        let context = Context {
            database,
            objects,
            work: settings.work(),
            clock,
            tasks: tasks.clone(),
            metrics: registry.sub_registry_with_prefix(role.name()),
        };
        let mounted = mount(settings, role, context);
        routes = routes.merge(mounted.routes);
        edge.show_errors(mounted.error_pages);
    }
    let mut carried = Extensions::new();
    if let Some(origin) = &settings.public_origin {
        carried.insert(origin.clone());
    }
    let app = App::carrying(routes, edge.clone(), carried);
    Ok((app, edge))
}

/// Whether the process could start as it is told to, as far as that is seen without reaching anybody.
pub(crate) fn check(settings: &Settings) -> Result<(), Failure> {
    let (public, admin) = (settings.listen, settings.admin_listen);
    let is_one_host =
        public.ip() == admin.ip() || public.ip().is_unspecified() || admin.ip().is_unspecified();
    if is_one_host && public.port() == admin.port() && public.port() != 0 {
        return Err(Failure::usage(format!(
            "server.listen and server.admin_listen are both at port {}: give the admin listener another one",
            public.port()
        )));
    }
    if let Some(tls) = &settings.tls {
        tls.open(&mut Registry::default())?;
    }
    let mut objects = Vec::new();
    for &role in &settings.roles {
        let place = &settings.place(role).objects.place;
        // To open a folder would make it.
        if !matches!(place, Place::Folder(folder) if !folder.is_dir()) {
            objects.push((role, service::open_objects(settings, role)?));
        }
    }
    media_origins(settings, &objects).map(drop)
}

/// Where browsers fetch media from that pages of ours play.
fn media_origins(settings: &Settings, objects: &[(Role, Objects)]) -> Result<Vec<String>, Failure> {
    let origins = objects.iter().map(|(role, objects)| match role {
        Role::Music => music::media_origin(objects, &settings.music),
    });
    let origins = origins.filter_map(Result::transpose);
    let origins: Result<Vec<String>, _> = origins.collect();
    origins.map_err(|error| Failure::new("could not start", error))
}

fn mount(settings: &Settings, role: Role, context: Context<'_>) -> Mounted {
    match role {
        Role::Music => music::start(context, &settings.music),
    }
}

/// The sockets that are listened on.
struct Listeners {
    public: TcpListener,
    admin: TcpListener,
    redirect: Option<TcpListener>,
    scheme: &'static str,
    /// The port of the public listener.
    https_port: u16,
}

impl Listeners {
    fn bind(settings: &Settings, effective: &Effective) -> Result<Self, Failure> {
        let public = bind(settings.listen, "--listen")?;
        let https_port = listener_address(&public)?.port();
        let admin = bind_admin(settings, effective)?;
        let redirect = settings.tls.as_ref().and_then(|tls| tls.redirect_listen);
        let redirect = redirect.map(|address| bind(address, "server.redirect_listen"));
        Ok(Self {
            public,
            admin,
            redirect: redirect.transpose()?,
            scheme: if settings.tls.is_some() {
                "https"
            } else {
                "http"
            },
            https_port,
        })
    }

    /// The first line is the public address, for people and for scripts; the second the admin listener's; the third that
    /// of the redirect, where there is one.
    fn announce(&self) -> Result<(), Failure> {
        let (public, admin) = (
            listener_address(&self.public)?,
            listener_address(&self.admin)?,
        );
        let mut lines = format!("{}://{public}\nadmin http://{admin}\n", self.scheme);
        if let Some(redirect) = &self.redirect {
            let redirect = listener_address(redirect)?;
            lines = format!("{lines}redirect http://{redirect}\n");
        }
        say(&lines);
        Ok(())
    }
}
