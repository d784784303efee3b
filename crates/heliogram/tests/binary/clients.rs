//! Third parties' client libraries, unmodified, against the real binary: each call that they have, from Node.js.
//!
//! They are installed by npm into the build's own directory, once for each version; what npm brings must have the digest that
//! stands here. What each calls and expects is in `tests/clients`.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha512};
use tokio::process::Command;
use tokio::time::timeout;

use crate::world::Dev;

/// Longer than bringing a library takes over a slow line, and than its calls take.
const PATIENCE: Duration = Duration::from_mins(5);

/// A library as its registry has it.
struct Library {
    name: &'static str,
    version: &'static str,
    /// SHA-512 of the package's octets, in hexadecimal.
    sha512: &'static str,
}

/// Knows the provider's host and no other, and takes a proxy from its environment.
const EPOCHTA_CLIENT: Library = Library {
    name: "epochta-client",
    version: "0.0.1",
    sha512: "f59ec1b5a79ae756e295d31f27bc6ea1fb3350e940bf4bcdb811db3d6e640f6259d7fb12b94787efbe951e2d3119f1c34454808f5390d751d6853e1688f464c9",
};

/// Is told the address to call.
const E_POCHTA_SMS_API: Library = Library {
    name: "e-pochta-sms-api",
    version: "0.0.3",
    sha512: "c60c7e7a243c7e37c74597f6a2f10f6493cb23a8ce28a89521050c436257535c5a1dc62c6e46eb6cc524d316cec5bc26ac79d747ea2755dffd93e2fe150485ad",
};

#[tokio::test]
async fn every_call_of_epochta_client_is_answered_as_its_callers_expect() {
    EPOCHTA_CLIENT.runs("calls.js").await;
}

#[tokio::test]
async fn the_test_mode_of_epochta_client_sends_and_charges_nothing() {
    EPOCHTA_CLIENT.runs("test-mode.js").await;
}

#[tokio::test]
async fn every_call_of_e_pochta_sms_api_is_answered_as_its_callers_expect() {
    E_POCHTA_SMS_API.runs("calls.js").await;
}

impl Library {
    /// Runs a script that uses the library against a development gateway; it must find nothing wrong.
    async fn runs(&self, script: &str) {
        let modules = self.installed().await;
        let dev = Dev::start().await;
        let url = format!("http://{}", dev.http);
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/clients")
            .join(self.name)
            .join(script);
        let mut node = Command::new("node");
        node.arg(script)
            .env("NODE_PATH", modules)
            .env("HELIOGRAM_URL", &url)
            // Whatever host a library names, its requests come here.
            .env("HTTP_PROXY", &url)
            .env("http_proxy", &url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy");
        let output = finished(&mut node).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", self.name);
    }

    /// Installs the library and what it needs, unless that has been done; gives the directory of the modules.
    async fn installed(&self) -> PathBuf {
        let Self { name, version, .. } = self;
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{version}"));
        let modules = directory.join("node_modules");
        if modules.is_dir() {
            return modules;
        }
        // Made aside and moved into its place when it is whole: another test may be doing the same.
        let making = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let wanted = format!("{name}@{version}");
        npm(making.path(), &["pack", &wanted]).await;
        let package = format!("{name}-{version}.tgz");
        let octets = std::fs::read(making.path().join(&package)).unwrap();
        let digest = hex::encode(Sha512::digest(&octets));
        assert_eq!(
            digest, self.sha512,
            "{package} is another one than was looked at"
        );
        npm(making.path(), &["install", &format!("./{package}")]).await;
        if let Err(error) = std::fs::rename(making.path(), &directory) {
            assert!(modules.is_dir(), "{}: {error}", modules.display());
        }
        modules
    }
}

/// Runs npm in a directory; nothing that packages bring is run.
async fn npm(directory: &Path, arguments: &[&str]) {
    // A file of its own keeps npm from looking for a project in the directories above.
    std::fs::write(directory.join("package.json"), "{}").unwrap();
    let mut npm = Command::new("npm");
    npm.args(arguments)
        .args([
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
        ])
        .current_dir(directory);
    let output = finished(&mut npm).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "npm {arguments:?}: {said}");
}

/// Runs a program to its end.
async fn finished(command: &mut Command) -> Output {
    let running = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    timeout(PATIENCE, running.wait_with_output())
        .await
        .expect("it ends in time")
        .unwrap()
}
