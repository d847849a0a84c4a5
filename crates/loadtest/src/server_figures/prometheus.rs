//! What a Prometheus knows of the pods and nodes of a server, asked once after a run.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use super::PodRow;
use crate::target::{Target, TargetError};
use crate::wire::{Ask, Client, Connect, Fault, Keep, Meter, Tcp, Trust};

/// How far apart the values are, in seconds; farther in a run of hours.
const STEP_S: u64 = 5;
const VALUES_MAX: u64 = 3_600;
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// For each question.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A Prometheus, and what it is asked about.
pub(crate) struct Prometheus<C: Connect> {
    url: Url,
    client: Client<C>,
    /// Of Kubernetes; none: whatever Prometheus looks at.
    deployment: Option<String>,
}

/// The answer to a range query, as far as it is needed.
#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Values>,
}

#[derive(Deserialize)]
struct Values {
    values: Vec<(f64, String)>,
}

/// What several questions have in common.
struct Asking {
    stretch: Stretch,
    notes: Vec<String>,
}

/// The stretch of time that is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) begun_at: Timestamp,
    pub(crate) ended_at: Timestamp,
}

impl Prometheus<Tcp> {
    /// Looks its address up.
    pub(crate) fn find(
        url: &str,
        deployment: Option<String>,
        trust: &Trust,
    ) -> Result<Self, TargetError> {
        let target = Target::find_page(url, &[], trust)?;
        let client = target.client(0, None, &Meter::default());
        Ok(Self {
            url: target.url,
            client,
            deployment,
        })
    }
}

impl<C: Connect> Prometheus<C> {
    /// Pods and nodes over a stretch of time; what it does not know, or does not tell in time, is left out, and why is said.
    pub(crate) async fn pods(&mut self, stretch: Stretch) -> (Vec<PodRow>, Vec<String>) {
        let mut rows: BTreeMap<u32, PodRow> = BTreeMap::new();
        let mut asking = Asking {
            stretch,
            notes: Vec::new(),
        };
        let own = self.deployment.as_deref().map(Deployment);
        let mut queries = own.as_ref().map_or_else(of_everything, Deployment::counts);
        let mut pods = self.ask_in_time(&queries[0], &mut asking).await;
        if own_is_unknown(self.deployment.as_deref(), pods.as_deref()) {
            let note = "Prometheus knows no such deployment: pods are what it looks at (up)";
            asking.notes.push(note.to_owned());
            queries = of_everything();
            pods = self.ask_in_time(&queries[0], &mut asking).await;
        }
        for (second, value) in pods.unwrap_or_default() {
            row(&mut rows, second).pods = Some(count(value));
        }
        for (second, value) in self.told(&queries[1], &mut asking).await {
            row(&mut rows, second).ready = Some(count(value));
        }
        let cpu = Deployment(self.deployment.as_deref().unwrap_or_default()).cpu_cores();
        for (second, value) in self.told(&cpu, &mut asking).await {
            row(&mut rows, second).cpu_cores = Some(value);
        }
        let nodes = r#"1 - avg(rate(node_cpu_seconds_total{mode="idle"}[1m]))"#;
        for (second, value) in self.told(nodes, &mut asking).await {
            row(&mut rows, second).node_cpu_share = Some(value);
        }
        let mut notes = asking.notes;
        if rows.is_empty() && notes.is_empty() {
            notes.push("Prometheus knows nothing of the time of the run".to_owned());
        }
        (rows.into_values().collect(), notes)
    }

    async fn told(&mut self, query: &str, asking: &mut Asking) -> Vec<(u32, f64)> {
        self.ask_in_time(query, asking).await.unwrap_or_default()
    }

    /// None where there is no answer: the others are not lost with it.
    async fn ask_in_time(&mut self, query: &str, asking: &mut Asking) -> Option<Vec<(u32, f64)>> {
        let answer = timeout(ANSWER_MAX, self.ask(query, asking.stretch)).await;
        let fault = match answer {
            Ok(Ok(values)) => return Some(values),
            Ok(Err(fault)) => fault,
            Err(_elapsed) => Fault::Timeout,
        };
        let note = format!("Prometheus at {}: {fault}", self.url);
        if !asking.notes.contains(&note) {
            asking.notes.push(note);
        }
        None
    }

    /// The values of a query with their seconds; none where it has no such series.
    async fn ask(&mut self, query: &str, stretch: Stretch) -> Result<Vec<(u32, f64)>, Fault> {
        let Stretch { begun_at, ended_at } = stretch;
        let seconds = ended_at.duration_since(begun_at).unsigned_abs().as_secs();
        let step = STEP_S.max(seconds.div_ceil(VALUES_MAX));
        let url = range_query(&self.url, query, stretch, step);
        let ask = Ask::get(&url, None, Keep::Text(ANSWER_BYTES_MAX)).compressed();
        let answer = self.client.ask(&ask, |_so_far| None).await?;
        let answer: Answer = serde_json::from_slice(&answer.text)
            .map_err(|_error| Fault::Unusable("it is no answer of Prometheus"))?;
        let begun_s = begun_at.as_duration().as_secs_f64();
        let values = answer
            .data
            .result
            .into_iter()
            .flat_map(|series| series.values);
        let values = values.filter_map(|(at, value)| {
            let value = value.parse().ok().filter(|value: &f64| value.is_finite())?;
            Some((count(at - begun_s), value))
        });
        Ok(values.collect())
    }
}

/// How many there are, and how many are ready, of all that it looks at.
fn of_everything() -> [String; 2] {
    ["count(up)", "sum(up)"].map(str::to_owned)
}

/// Whether a deployment was asked for, and nothing of it is known.
fn own_is_unknown(deployment: Option<&str>, pods: Option<&[(u32, f64)]>) -> bool {
    deployment.is_some() && pods.is_some_and(<[_]>::is_empty)
}

/// Of Kubernetes: queries about it. An empty name is every one.
struct Deployment<'a>(&'a str);

impl Deployment<'_> {
    /// How many pods there are, and how many are ready.
    fn counts(&self) -> [String; 2] {
        let own = quote(self.0);
        ["replicas", "replicas_available"]
            .map(|what| format!("sum(kube_deployment_status_{what}{{deployment={own}}})"))
    }

    /// Pods are called by the name of their deployment, with a hash and letters behind it.
    fn cpu_cores(&self) -> String {
        let pods = match self.0 {
            "" => quote(".+"),
            // The only sign in a name that means something in an expression.
            name => quote(&format!("{}-[a-z0-9]+-[a-z0-9]+", name.replace('.', "\\."))),
        };
        format!(
            r#"sum(rate(container_cpu_usage_seconds_total{{pod=~{pods},container!="",container!="POD"}}[1m]))"#
        )
    }
}

/// As a text of a query.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

fn range_query(base: &Url, query: &str, stretch: Stretch, step: u64) -> Url {
    let mut url = base.clone();
    // Only an address without a host has no path, and none was found for such a one.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["api", "v1", "query_range"]);
    }
    let at = |time: Timestamp| format!("{:.3}", time.as_duration().as_secs_f64());
    url.query_pairs_mut()
        .append_pair("query", query)
        .append_pair("start", &at(stretch.begun_at))
        .append_pair("end", &at(stretch.ended_at))
        .append_pair("step", &step.to_string());
    url
}

fn row(rows: &mut BTreeMap<u32, PodRow>, second: u32) -> &mut PodRow {
    let row = rows.entry(second).or_default();
    row.second = second;
    row
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast keeps within the bounds, and pods and seconds are few"
)]
fn count(value: f64) -> u32 {
    value.round() as u32
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Asked, Reply, Scripted};
    use crate::wire::Link;

    const STRETCH: Stretch = Stretch {
        begun_at: Timestamp::UNIX_EPOCH,
        ended_at: Timestamp::constant(600, 0),
    };

    async fn pods(
        deployment: Option<&str>,
        script: impl Fn(&Asked) -> Reply + 'static,
    ) -> (Vec<PodRow>, Vec<String>, Vec<String>) {
        let asking = async {
            let server = Scripted::new(script);
            let mut prometheus = Prometheus {
                url: Url::parse("http://a.test/prometheus/").unwrap(),
                client: Client::new(server.clone(), Trust::default(), Link::new(None)),
                deployment: deployment.map(str::to_owned),
            };
            let (rows, notes) = prometheus.pods(STRETCH).await;
            let asked = server.asked().into_iter().map(|asked| asked.target);
            (rows, notes, asked.collect())
        };
        LocalSet::new().run_until(asking).await
    }

    fn series(values: &str) -> Reply {
        Reply::whole(format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{}},"values":[{values}]}}]}}}}"#
        ))
    }

    fn nothing() -> Reply {
        Reply::whole(r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)
    }

    #[tokio::test(start_paused = true)]
    async fn pods_and_their_processors_are_put_together_by_their_seconds() {
        let (rows, notes, asked) = pods(Some("music"), |asked| match asked.target.as_str() {
            query if query.contains("replicas_available") => series(r#"[0,"1"],[5,"2"]"#),
            query if query.contains("status_replicas%7B") => series(r#"[0,"2"],[5.0,"3"]"#),
            query if query.contains("container_cpu") => series(r#"[5,"1.5"],[10,"NaN"]"#),
            _ => nothing(),
        })
        .await;
        let row = |second, pods, ready, cpu_cores| PodRow {
            second,
            pods: Some(pods),
            ready: Some(ready),
            cpu_cores,
            node_cpu_share: None,
        };
        assert_eq!(rows, [row(0, 2, 1, None), row(5, 3, 2, Some(1.5))]);
        assert_eq!(notes, [""; 0]);
        assert_eq!(asked.len(), 4);
        let first = "/prometheus/api/v1/query_range?query=sum%28kube_deployment_status_replicas%7Bdeployment%3D%22music\
             %22%7D%29&start=0.000&end=600.000&step=5";
        assert_eq!(asked[0], first);
    }

    #[tokio::test(start_paused = true)]
    async fn without_kubernetes_pods_are_what_prometheus_looks_at() {
        let script = |asked: &Asked| match asked.target.as_str() {
            query if query.contains("count%28up%29") => series(r#"[0,"4"]"#),
            query if query.contains("sum%28up%29") => series(r#"[0,"3"]"#),
            query if query.contains("node_cpu") => series(r#"[0,"0.25"]"#),
            _ => nothing(),
        };
        let expected = PodRow {
            pods: Some(4),
            ready: Some(3),
            node_cpu_share: Some(0.25),
            ..PodRow::default()
        };
        let (rows, notes, _) = pods(Some("music"), script).await;
        assert_eq!((rows, notes.len()), (vec![expected], 1));
        let (rows, notes, asked) = pods(None, script).await;
        assert_eq!((rows, notes.len(), asked.len()), (vec![expected], 0, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_prometheus_that_does_not_answer_is_a_note() {
        for (reply, note) in [
            (Reply::refusal(503, ""), "the answer was 503"),
            (Reply::whole("<html>"), "it is no answer of Prometheus"),
            (nothing().after(ANSWER_MAX * 2), "no answer came in time"),
            (nothing(), "Prometheus knows nothing"),
        ] {
            let (rows, notes, _) = pods(None, move |_| reply.clone()).await;
            assert_eq!((rows.len(), notes.len()), (0, 1));
            assert!(notes[0].contains(note), "{notes:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_without_an_answer_costs_only_its_own_figures() {
        for silent in [Reply::refusal(503, ""), nothing().after(ANSWER_MAX * 2)] {
            let (rows, notes, _) = pods(Some("music"), move |asked| match asked.target.as_str() {
                query if query.contains("replicas_available") => series(r#"[0,"1"]"#),
                query if query.contains("status_replicas%7B") => series(r#"[0,"2"]"#),
                query if query.contains("container_cpu") => silent.clone(),
                _ => series(r#"[0,"0.25"]"#),
            })
            .await;
            let [row] = rows.try_into().unwrap();
            let told = PodRow {
                pods: Some(2),
                ready: Some(1),
                node_cpu_share: Some(0.25),
                ..PodRow::default()
            };
            assert_eq!(row, told);
            assert_eq!(notes.len(), 1, "{notes:?}");
        }
    }

    #[test]
    fn a_name_stays_a_text_in_its_query() {
        assert_eq!(
            Deployment(r#"a"} or b"#).counts()[0],
            r#"sum(kube_deployment_status_replicas{deployment="a\"} or b"})"#
        );
        let cpu = Deployment("music.v2").cpu_cores();
        assert!(cpu.contains(r#"{pod=~"music\\.v2-[a-z0-9]+-"#), "{cpu}");
    }
}
