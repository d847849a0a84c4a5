//! Tells a server of HaaS what is listened to, as its player does, marked as simulated.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use crate::listener::Play;
use crate::session::Shared;
use crate::tally::Tally;
use crate::wire::{Ask, Client, Connect, Fault, Keep};

const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// A play that the server knows.
#[derive(Deserialize)]
struct Opened {
    id: String,
    play_token: String,
}

/// A person's way to tell the server what they listen to. What fails here is counted and ends nothing, and no music waits for
/// it.
pub(crate) struct Reporter<C: Connect> {
    server: Url,
    tally: Rc<RefCell<Tally>>,
    /// What is still told of the play before; it gives the way back.
    before: Telling<C>,
}

type Telling<C> = LocalBoxFuture<'static, Client<C>>;

impl<C: Connect + 'static> Reporter<C> {
    pub(crate) fn new(client: Client<C>, shared: &Shared) -> Self {
        Self {
            server: shared.target.url.clone(),
            tally: Rc::clone(&shared.tally),
            before: Box::pin(std::future::ready(client)),
        }
    }

    /// Opens a play while it begins. Comes back with its end; how much was heard is told beside what is heard next.
    pub(crate) async fn report(
        &mut self,
        track_id: &str,
        key: String,
        play: impl Future<Output = Play>,
    ) -> Play {
        let idle: Telling<C> = Box::pin(std::future::pending());
        let before = std::mem::replace(&mut self.before, idle);
        let (server, track_id) = (self.server.clone(), track_id.to_owned());
        // In the heap for the moment it takes: a listener is as large as the most it holds at once.
        let mut opening: LocalBoxFuture<'static, (Client<C>, Told)> = Box::pin(async move {
            let mut client = before.await;
            let opened = open(&mut client, &server, &track_id, &key).await;
            (client, opened.map(|opened| (opened, Instant::now())))
        });
        let mut play = pin!(play);
        let mut opened = None;
        let play = loop {
            tokio::select! {
                biased;
                play = &mut play => break play,
                now = &mut opening, if opened.is_none() => {
                    opened = Some(now);
                    opening = Box::pin(std::future::pending());
                }
            }
        };
        let (server, tally, played) = (
            self.server.clone(),
            Rc::clone(&self.tally),
            play.heard.played,
        );
        self.before = Box::pin(async move {
            let (mut client, opened) = match opened {
                Some(opened) => opened,
                None => opening.await,
            };
            let told = match opened {
                Ok((opened, since)) => {
                    // The server credits no more than the time that has passed since it opened the play.
                    let heard = played.min(since.elapsed());
                    tell(&mut client, &server, &opened, heard).await
                }
                Err(fault) => Err(fault),
            };
            if let Err(fault) = told {
                let mut tally = tally.borrow_mut();
                tally.fault(&fault);
                tally.show(&fault, client.failure());
            }
            client
        });
        play
    }

    /// Waits until everything was told.
    pub(crate) async fn end(self) {
        self.before.await;
    }
}

/// A play that the server knows, and since when.
type Told = Result<(Opened, Instant), Fault>;

async fn open<C: Connect>(
    client: &mut Client<C>,
    server: &Url,
    track_id: &str,
    key: &str,
) -> Result<Opened, Fault> {
    let body = json!({ "track_id": track_id, "key": key, "is_simulated": true }).to_string();
    let answer = send(client, "POST", server, "/api/music/v1/plays", &body).await?;
    serde_json::from_slice(&answer).map_err(|_error| Fault::Unusable("it is no play"))
}

async fn tell<C: Connect>(
    client: &mut Client<C>,
    server: &Url,
    opened: &Opened,
    heard: Duration,
) -> Result<(), Fault> {
    let body =
        json!({ "play_token": opened.play_token, "heard_ms": heard.as_millis(), "ended": true });
    let path = format!("/api/music/v1/plays/{}", opened.id);
    send(client, "PUT", server, &path, &body.to_string()).await?;
    Ok(())
}

async fn send<C: Connect>(
    client: &mut Client<C>,
    method: &'static str,
    server: &Url,
    path: &str,
    body: &str,
) -> Result<Vec<u8>, Fault> {
    let url = server
        .join(path)
        .map_err(|_error| Fault::Unusable("its id is no part of a path"))?;
    let ask = Ask {
        method,
        body: Some(body),
        ..Ask::get(&url, None, Keep::Text(ANSWER_BYTES_MAX))
    };
    let answer = client.ask(&ask, |_so_far| None).await?;
    Ok(answer.text)
}
