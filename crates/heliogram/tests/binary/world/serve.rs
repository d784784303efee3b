//! `heliogram serve` on a directory of its own, set up and looked at by the admin commands.

use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Customer, Process, run};

/// The data of a gateway, whether one runs on it or not.
pub(crate) struct Serve {
    directory: TempDir,
}

impl Serve {
    /// Makes a directory with a configuration file, and nothing else.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// Makes a directory with a configuration file that has further sections.
    pub(crate) fn with(sections: &str) -> Self {
        let serve = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        let text = format!(
            "[data]\ndirectory = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[log]\nformat = \"json\"\n{sections}",
            serve.data().display()
        );
        std::fs::write(serve.config(), text).unwrap();
        serve
    }

    /// Where the data is.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Where the configuration file is.
    pub(crate) fn config(&self) -> PathBuf {
        self.directory.path().join("heliogram.toml")
    }

    /// Starts a gateway; returns when its doors are open, with the address of the one for HTTP.
    pub(crate) async fn start(&self) -> (Process, SocketAddr) {
        let process = Process::start(&["serve", "--config", self.config().to_str().unwrap()]);
        let http = process.address("http").await;
        (process, http)
    }

    /// Runs an admin command; tells whether it succeeded, and what it said.
    pub(crate) async fn admin(&self, arguments: &[&str]) -> (bool, String) {
        let data = self.data();
        said(arguments, ["--data", data.to_str().unwrap()]).await
    }

    /// Runs an admin command that is given the configuration file; tells likewise.
    pub(crate) async fn configured(&self, arguments: &[&str]) -> (bool, String) {
        let config = self.config();
        said(arguments, ["--config", config.to_str().unwrap()]).await
    }

    /// Runs an admin command that must succeed; gives what it said.
    pub(crate) async fn done(&self, arguments: &[&str]) -> String {
        let (success, said) = self.admin(arguments).await;
        assert!(success, "{arguments:?}: {said}");
        said
    }

    /// Makes an account with money, a price of 0.13 a segment, and a way out to an operator.
    pub(crate) async fn furnish(&self, operator: SocketAddr, window: u64, money: &str) -> Customer {
        self.done(&["tariff", "set", "default", "--default", "0.13"])
            .await;
        let customer = self.account("shop", money).await;
        self.connector("operator", operator, window).await;
        self.done(&["route", "set", "all", "--connector", "operator"])
            .await;
        customer
    }

    /// Makes an account with money; the customer does not know yet where the gateway listens.
    pub(crate) async fn account(&self, name: &str, money: &str) -> Customer {
        let said = self.done(&["account", "add", name]).await;
        let key = |label: &str| -> String {
            let line = said.lines().find_map(|line| line.strip_prefix(label));
            let key = line.and_then(|rest| rest.split_whitespace().next());
            key.expect("the keys are printed").to_owned()
        };
        self.done(&["account", "top-up", name, money]).await;
        Customer {
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_key: key("public key"),
            private_key: key("private key"),
        }
    }

    /// Sets a connector.
    pub(crate) async fn connector(&self, name: &str, operator: SocketAddr, window: u64) {
        let (address, window) = (operator.to_string(), window.to_string());
        self.done(&[
            "connector",
            "set",
            name,
            "--address",
            &address,
            "--system-id",
            "heliogram",
            "--password",
            "secret",
            "--window",
            &window,
            "--response-timeout-ms",
            "3000",
        ])
        .await;
    }
}

async fn said(arguments: &[&str], place: [&str; 2]) -> (bool, String) {
    let output = run(&[arguments, &place].concat()).await;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.success(), said.concat())
}
