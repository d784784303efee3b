//! `heliogram dev` on free ports.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Connection, Customer, Process};

/// A development gateway that is ready.
pub(crate) struct Dev {
    pub(crate) process: Process,
    /// The line that it printed when it was.
    pub(crate) line: Value,
    pub(crate) http: SocketAddr,
}

impl Dev {
    /// Starts one that forgets everything.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts one on a directory that stays.
    pub(crate) async fn keeping(data: &Path) -> Self {
        Self::with(&["--data", data.to_str().unwrap()]).await
    }

    /// Starts one with further options.
    pub(crate) async fn with(options: &[&str]) -> Self {
        let free = "127.0.0.1:0";
        let mut arguments = vec!["dev", "--json"];
        for door in ["--http", "--smpp", "--operator"] {
            arguments.extend([door, free]);
        }
        arguments.extend(options);
        let mut process = Process::start(&arguments);
        let line: Value = serde_json::from_str(&process.line().await).unwrap();
        let http = line["http"].as_str().unwrap().strip_prefix("http://");
        Self {
            http: http.unwrap().parse().unwrap(),
            process,
            line,
        }
    }

    /// The directory of its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.line["data"].as_str().unwrap().into()
    }

    /// The account that every development gateway has.
    pub(crate) fn customer(&self) -> Customer {
        Customer {
            http: self.http,
            public_key: "dev-public".into(),
            private_key: "dev-private".into(),
        }
    }

    /// Opens a connection to its HTTP door.
    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.http).await.unwrap()
    }

    /// Looks at the gateway's clock, or puts it forward; gives the time that it shows.
    pub(crate) async fn clock(&self, query: &str) -> String {
        let target = format!("/dev/clock{query}");
        let method = if query.is_empty() { "GET" } else { "POST" };
        let answer = self.connect().await.ask(method, &target, "", b"").await;
        let told = answer.unwrap().json();
        told["now"].as_str().unwrap().to_owned()
    }

    /// Looks at what phones received.
    pub(crate) async fn messages(&self, query: &str) -> Vec<Value> {
        let target = format!("/dev/messages?{query}");
        let answer = self.connect().await.get(&target).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_slice(&answer.body).unwrap()
    }
}

impl From<Dev> for Process {
    fn from(dev: Dev) -> Self {
        dev.process
    }
}
