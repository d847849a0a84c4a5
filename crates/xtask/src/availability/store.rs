//! The objects of all replicas: an S3-compatible store over a folder, in a process of its own that can be told to fail.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::http;
use crate::databases::free_port_at;
use crate::failure::{Failure, Result};
use crate::keeper::{self, Kept};
use crate::subprocess;
use crate::workspace::Workspace;

/// Nobody else connects from it, and so takes the store's port while it is away.
const HOST: &str = "127.0.0.21";
const PROGRAM: &str = "haas-test-s3";
/// As the program has them; it is for tests.
const BUCKET: &str = "music";
const ACCESS_KEY_ID: &str = "haas-tests";
const SECRET_ACCESS_KEY: &str = "a secret that only tests know";

/// A store, which may be away.
pub(crate) struct Store {
    pub(crate) kept: Kept,
    address: String,
    switches: String,
}

impl Store {
    /// Starts a store whose buckets are folders of a folder, built as the tests are.
    pub(crate) fn start(workspace: &Workspace, folder: &Path) -> Result<Self> {
        Self::start_program(&build(workspace, &[], "debug")?, folder)
    }

    /// The same, as fast as it can be: for measurements in which it must not be the limit.
    pub(crate) fn start_fast(workspace: &Workspace, folder: &Path) -> Result<Self> {
        Self::start_program(&build(workspace, &["--release"], "release")?, folder)
    }

    fn start_program(program: &Path, folder: &Path) -> Result<Self> {
        let [address, switches] =
            [free_port_at(HOST)?, free_port_at(HOST)?].map(|port| format!("{HOST}:{port}"));
        let home = keeper::folder("store")?;
        let mut store = Command::new(program);
        store.arg(folder).args([&address, &switches]);
        let kept = Kept::start(Command::new("/bin/sh"), &home, "KILL", &store)?;
        let store = Self {
            kept,
            address,
            switches,
        };
        store.kept.wait_until("the store", || store.answers())?;
        Ok(store)
    }

    fn answers(&self) -> bool {
        http::get(&self.switches, "/").is_ok_and(|answer| answer.status == 200)
    }

    /// Starts it again after it has ended, and waits until it answers.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.kept.begin()?;
        self.kept.wait_until("the store", || self.answers())
    }

    /// The variables by which `haas` reaches the bucket.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HAAS_MUSIC__OBJECTS", format!("s3://{BUCKET}/library")),
            (
                "HAAS_MUSIC__OBJECTS_ENDPOINT",
                format!("http://{}", self.address),
            ),
            (
                "HAAS_MUSIC__OBJECTS_ACCESS_KEY_ID",
                ACCESS_KEY_ID.to_owned(),
            ),
            (
                "HAAS_MUSIC__OBJECTS_SECRET_ACCESS_KEY",
                SECRET_ACCESS_KEY.to_owned(),
            ),
        ]
    }

    /// Lets every answer wait so long, and each so-manieth one be 500; nothing for no time and none.
    pub(crate) fn fail(&self, slow: Duration, every: u32) -> Result<()> {
        let path = format!("/?slow_ms={}&fail_every={every}", slow.as_millis());
        let answer = http::get(&self.switches, &path)?;
        if answer.status == 200 {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the store cannot be told to fail: {}",
            answer.shown()
        )))
    }
}

/// Builds the program in a profile.
fn build(workspace: &Workspace, profile: &[&str], folder: &str) -> Result<PathBuf> {
    let words = ["build", "--locked", "-p", "testkit", "--bin", PROGRAM];
    let mut cargo = subprocess::cargo(workspace, &[&words, profile].concat());
    subprocess::read(&mut cargo)?;
    Ok(workspace.target().join(folder).join(PROGRAM))
}
