//! What a request and a user cost each tool, on the same server and the same plan.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{JMeter, VERSION, export};
use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{demo, maven, renditions, screen};

/// Where the figures are kept.
const DOCUMENT: &str = "docs/load-jmeter.md";
const USERS: u64 = 1_000;
/// For each user: in a first run, in which Java compiles what is used most, and in a second.
const FEW_REQUESTS: u64 = 20;
const MANY_REQUESTS: u64 = 60;
/// The share of `JMeter`'s time that a request may take.
const GOAL: f64 = 0.2;
/// What the kernel counts the times of processes in.
const TICKS_PER_S: f64 = 100.0;

/// What a run took of the machine.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    requests: u64,
    /// User and system, of the whole process.
    cpu_s: f64,
    memory_bytes: u64,
}

/// Of one user with one request, of many users with some requests, and of as many with more.
#[derive(Clone, Copy, Debug)]
struct Costs {
    one: Cost,
    few: Cost,
    many: Cost,
}

/// Measures both, and writes it down.
pub(crate) fn bench(workspace: &Workspace, machine: &str) -> Result<()> {
    if let Some(missing) = maven::missing() {
        return Err(
            Failure::new(format!("{missing}: missing")).without("no comparison with JMeter")
        );
    }
    screen::say("\nJMeter and haas load, the same plan");
    let jmeter = JMeter::bring(workspace)?;
    let server = Server::start(workspace, &demo::library(workspace)?)?;
    // Otherwise music is prepared beside the measurement.
    renditions::wait(&server)?;
    let folder = workspace.own("bench/jmeter/plan.jmx")?;
    let folder = folder.parent().unwrap_or(Path::new("."));
    let measure = |users: u64, requests: u64| -> Result<[Cost; 2]> {
        let scenario = folder.join("scenario.toml");
        std::fs::write(&scenario, plan(users, requests)).while_doing("write a scenario")?;
        let scenario = scenario.display().to_string();
        Ok([
            ask_jmeter(workspace, &server, &jmeter, &scenario, folder)?,
            ask_haas(workspace, &server, &scenario, folder)?,
        ])
    };
    let [jmeter_one, haas_one] = measure(1, 1)?;
    let [jmeter_few, haas_few] = measure(USERS, FEW_REQUESTS)?;
    let [jmeter_many, haas_many] = measure(USERS, MANY_REQUESTS)?;
    let jmeter = Costs {
        one: jmeter_one,
        few: jmeter_few,
        many: jmeter_many,
    };
    let haas = Costs {
        one: haas_one,
        few: haas_few,
        many: haas_many,
    };
    let text = table(&jmeter, &haas);
    screen::say(&text);
    let document = format!("{}\n{machine}\n\n{text}", head());
    std::fs::write(workspace.path(DOCUMENT), document).while_doing(format!("write {DOCUMENT}"))?;
    let ratio = haas.cpu_per_request_s() / jmeter.cpu_per_request_s();
    if ratio <= GOAL {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a request of haas load takes {ratio:.2} of what one of JMeter takes; the goal is {GOAL}"
    )))
}

fn head() -> String {
    format!(
        "# `haas load` beside JMeter\n\nWritten by `make bench ONLY=jmeter`: the same plan by JMeter {VERSION} without its window and by \
         `haas load`, one after the other\non the same server. {USERS} users start within 2 s and ask for `/music` once a second each.\n\n\
         Times are user and system time of the whole process. Java compiles what is used most while it runs, so that a request\ncosts \
         less in a long run: the time of a request is what a run with {MANY_REQUESTS} requests for each user takes more than one with\n\
         {FEW_REQUESTS}, divided by the requests it has more. The memory of a user is what {USERS} of them take more than one.\n\
         JMeter unpacks compressed answers; `haas load` counts the bytes of a page that nobody looks at.\n"
    )
}

fn plan(users: u64, requests: u64) -> String {
    let per_s = users.div_ceil(2);
    let seconds = if users == 1 { 1 } else { 2 };
    format!(
        "name = 'the same plan'\nsessions_min = {users}\n[[phase]]\nseconds = {seconds}\nstarts_per_s = {per_s}\n[[visitor]]\n\
         paths = ['/music']\nrequests = {requests}\npace_s = 1\n"
    )
}

fn ask_jmeter(
    workspace: &Workspace,
    server: &Server,
    jmeter: &JMeter,
    scenario: &str,
    folder: &Path,
) -> Result<Cost> {
    let plan = folder.join("plan.jmx");
    export(workspace, server, scenario, &plan)?;
    let before = ended_children_s()?;
    let ran = jmeter.run(&plan, &folder.join("samples.jtl"))?;
    let cpu_s = ended_children_s()? - before;
    answered(ran.requests(), ran.failed())?;
    Ok(Cost {
        requests: ran.requests(),
        cpu_s,
        memory_bytes: ran.memory_bytes,
    })
}

fn ask_haas(workspace: &Workspace, server: &Server, scenario: &str, folder: &Path) -> Result<Cost> {
    let file = folder.join("report.json");
    let mut haas = Command::new(workspace.haas());
    haas.args(["load", scenario, "--target"])
        .arg(format!("http://{}", server.address));
    let before = ended_children_s()?;
    haas.arg("--report")
        .arg(&file)
        .output()
        .while_doing("run haas load")?;
    let cpu_s = ended_children_s()? - before;
    let text = std::fs::read_to_string(&file).while_doing("read a report")?;
    let report: Value = serde_json::from_str(&text).while_doing("read a report")?;
    let number = |part: &str, name: &str| report[part][name].as_u64().unwrap_or_default();
    answered(number("visiting", "requests"), number("visiting", "failed"))?;
    Ok(Cost {
        requests: number("visiting", "requests"),
        cpu_s,
        memory_bytes: number("generator", "memory_bytes"),
    })
}

/// A run whose requests fail measures something else.
fn answered(requests: u64, failed: u64) -> Result<()> {
    if requests == 0 || 0 < failed {
        return Err(Failure::new(format!(
            "{failed} of {requests} requests failed"
        )));
    }
    Ok(())
}

/// What all processes took that this one has started and seen end.
fn ended_children_s() -> Result<f64> {
    let text =
        std::fs::read_to_string("/proc/self/stat").while_doing("read the times of processes")?;
    ended_children_ticks(&text)
        .map(|ticks| to_f64(ticks) / TICKS_PER_S)
        .ok_or_else(|| Failure::new("the times of processes are not known"))
}

/// The fields 16 and 17; the second, a name in brackets, may hold anything.
fn ended_children_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(13).take(2);
    let times: Vec<u64> = times.filter_map(|field| field.parse().ok()).collect();
    (times.len() == 2).then(|| times.iter().sum())
}

impl Costs {
    fn cpu_per_request_s(&self) -> f64 {
        (self.many.cpu_s - self.few.cpu_s) / to_f64(self.many.requests - self.few.requests)
    }

    fn memory_per_user_bytes(&self) -> u64 {
        self.few.memory_bytes.saturating_sub(self.one.memory_bytes) / (USERS - 1)
    }
}

fn table(jmeter: &Costs, haas: &Costs) -> String {
    let mib = |bytes: u64| to_f64(bytes) / 1_048_576.0;
    let row = |name: &str, unit: &str, decimals: usize, of: &dyn Fn(&Costs) -> f64| {
        let (jmeter, haas) = (of(jmeter), of(haas));
        let share = 100.0 * haas / jmeter;
        format!(
            "| {name} | {jmeter:.decimals$} {unit} | {haas:.decimals$} {unit} | {share:.1} % |\n"
        )
    };
    let rows = [
        row("CPU time of a request", "µs", 0, &|costs| {
            costs.cpu_per_request_s() * 1e6
        }),
        row("CPU time of the shorter run", "s", 2, &|costs| {
            costs.few.cpu_s
        }),
        row("CPU time of the longer run", "s", 2, &|costs| {
            costs.many.cpu_s
        }),
        row("memory of a user", "KiB", 1, &|costs| {
            to_f64(costs.memory_per_user_bytes()) / 1_024.0
        }),
        row("most memory of the shorter run", "MiB", 0, &|costs| {
            mib(costs.few.memory_bytes)
        }),
    ];
    format!(
        "| | JMeter | `haas load` | share |\n|---|--:|--:|--:|\n{}",
        rows.concat()
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and times of a run are small"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_ended_processes_are_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 130 14 15";
        assert_eq!(ended_children_ticks(stat), Some(144));
        assert_eq!(ended_children_ticks("7 (a) S 1"), None);
    }

    #[test]
    fn a_start_is_no_part_of_a_request_or_a_user() {
        let cost = |requests, cpu_s, memory_bytes| Cost {
            requests,
            cpu_s,
            memory_bytes,
        };
        let costs = Costs {
            one: cost(1, 2.0, 1_000),
            few: cost(20_000, 12.0, 1_000 + 999 * 2_048),
            many: cost(60_000, 20.0, 1_000 + 999 * 4_096),
        };
        assert!((costs.cpu_per_request_s() - 0.0002).abs() < 1e-9);
        assert_eq!(costs.memory_per_user_bytes(), 2_048);
    }
}
