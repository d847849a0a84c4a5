//! The chart as it changes: server-sent events to a bounded number of subscribers.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use chassis::http::ClientNetwork;
use chassis::lifecycle::Tasks;
use chassis::shares::{Share, Shares};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use tokio::sync::broadcast;
use utoipa::ToSchema;

use super::metrics::Metrics;
use crate::{App, Error};

/// How many may listen to one process at once; more get 503.
const SUBSCRIBERS_MAX: usize = 1_000;
/// How many of them may come from one network.
pub(super) const SUBSCRIBERS_PER_NETWORK_MAX: usize = 200;
/// How many events a subscriber may be behind before it is dropped; its browser comes back by itself.
pub(super) const EVENTS_BEHIND_MAX: usize = 16;
/// How often we look for something new while somebody is there. What is looked at may be a second old already, and all
/// subscribers of all replicas hear of a chart within two seconds.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A line without meaning that often, so that proxies keep a quiet connection.
pub(super) const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// When a browser that lost us comes back: spread, so that not all come at once.
const RETRY_MS: std::ops::Range<u64> = 2_000..8_000;

/// What subscribers are told: the data of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum News {
    /// A chart was computed (event `chart`).
    Chart {
        /// The moment it stands for: RFC 3339, UTC.
        at: String,
    },
    /// The number of listeners changed (event `listening`).
    Listening {
        /// How many listen now.
        listener_count: u64,
    },
}

/// Tells everybody who asked. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    sender: broadcast::Sender<News>,
    places: Shares,
    tasks: Tasks,
    metrics: Metrics,
}

impl Events {
    pub(crate) fn new(tasks: Tasks, metrics: Metrics) -> Self {
        Self {
            sender: broadcast::channel(EVENTS_BEHIND_MAX).0,
            places: Shares::new(SUBSCRIBERS_MAX, SUBSCRIBERS_PER_NETWORK_MAX),
            tasks,
            metrics,
        }
    }

    /// Looks for news while there is somebody to tell, until the stop.
    pub(crate) async fn run(self, app: Arc<App>) {
        let mut told = Told::default();
        while self.tasks.pause(LOOK_EVERY).await {
            if self.sender.receiver_count() == 0 {
                continue;
            }
            for news in told.look(&app).await {
                // The last subscriber may have left meanwhile.
                let _nobody = self.sender.send(news);
            }
        }
    }

    /// A place among the subscribers: what there is now, then what is new, until the stop or until it is too slow.
    pub(crate) async fn subscribe(
        &self,
        app: &App,
        network: ClientNetwork,
    ) -> Result<impl Stream<Item = Result<Event, Infallible>> + use<>, Error> {
        let place = self.places.take(network).ok_or(Error::SubscribersFull)?;
        let receiver = self.sender.subscribe();
        let now = Told::default().look(app).await;
        let retry = Event::default().retry(Duration::from_millis(rand::random_range(RETRY_MS)));
        let first = stream::iter([retry]).chain(stream::iter(now).map(|news| event(&news)));
        self.metrics.subscribers.inc();
        let guard = Subscription {
            _place: place,
            metrics: self.metrics.clone(),
        };
        let news = stream::unfold(
            (receiver, guard),
            async |(mut receiver, guard)| match receiver.recv().await {
                Ok(news) => Some((event(&news), (receiver, guard))),
                Err(broadcast::error::RecvError::Closed) => None,
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    guard.metrics.subscribers_dropped.inc();
                    None
                }
            },
        );
        let stopping = self.tasks.stopping().clone();
        let until_stop = first.chain(news).take_until(stopping.cancelled_owned());
        Ok(until_stop.map(Ok))
    }

    #[cfg(test)]
    pub(crate) fn tell(&self, news: News) {
        self.sender.send(news).unwrap();
    }
}

/// Counts a subscriber for as long as it is there.
#[derive(Debug)]
struct Subscription {
    _place: Share,
    metrics: Metrics,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.metrics.subscribers.dec();
    }
}

/// What was told last, so that nothing is told twice.
#[derive(Debug, Default)]
struct Told {
    chart_at: Option<String>,
    listener_count: Option<u64>,
}

impl Told {
    async fn look(&mut self, app: &App) -> Vec<News> {
        let mut news = Vec::new();
        // What cannot be read now is told later; the failure is logged where charts are read.
        if let Ok(shown) = app.chart.live.chart(app).await
            && !shown.value.entries.is_empty()
            && self.chart_at.as_ref() != Some(&shown.value.at)
        {
            let at = shown.value.at.clone();
            self.chart_at = Some(at.clone());
            news.push(News::Chart { at });
        }
        if let Ok(shown) = app.chart.live.listening(app).await
            && self.listener_count != Some(shown.value.listener_count)
        {
            let listener_count = shown.value.listener_count;
            self.listener_count = Some(listener_count);
            news.push(News::Listening { listener_count });
        }
        news
    }
}

fn event(news: &News) -> Event {
    let name = match news {
        News::Chart { .. } => "chart",
        News::Listening { .. } => "listening",
    };
    let data = serde_json::to_string(news).expect("text and numbers are JSON");
    Event::default().event(name).data(data)
}
