//! Tells a server of HaaS what is listened to, as its player does, marked as simulated.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use crate::listener::Play;
use crate::tally::Tally;
use crate::wire::{Ask, Client, Connect, Fault, Keep};

const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// A play that the server knows.
#[derive(Deserialize)]
struct Opened {
    id: String,
    play_token: String,
}

/// Opens a play while it begins, and tells at its end how much was heard. What fails here is counted and ends nothing.
pub(crate) async fn report_play<C: Connect>(
    client: &mut Client<C>,
    server: &Url,
    track_id: &str,
    key: &str,
    tally: &Rc<RefCell<Tally>>,
    play: impl Future<Output = Play>,
) -> Play {
    let opening = async {
        // In the heap for the moment it takes: a listener is as large as the most it holds at once.
        let opened = Box::pin(open(client, server, track_id, key)).await;
        (opened, Instant::now())
    };
    let ((opened, opened_at), play) = tokio::join!(opening, play);
    let told = match opened {
        Ok(opened) => {
            // The server credits no more than the time that has passed since it opened the play.
            let heard = play.heard.played.min(opened_at.elapsed());
            Box::pin(tell(client, server, &opened, heard)).await
        }
        Err(fault) => Err(fault),
    };
    if let Err(fault) = told {
        tally.borrow_mut().fault(&fault);
    }
    play
}

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
