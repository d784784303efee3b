//! Libraries for Node.js, brought by npm.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::{against, check_digest, finished, made_once, must_be_content, script};
use crate::world::Dev;

/// A library as its registry has it.
pub(super) struct Npm {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// SHA-512 of the package's octets, in hexadecimal.
    pub(super) sha512: &'static str,
    /// A file of it with the provider's host written into it, and that host: there the gateway's stands instead. `None` for a
    /// library that is told, or takes a proxy.
    pub(super) host: Option<(&'static str, &'static str)>,
}

impl Npm {
    /// Runs a script that uses the library against a development gateway; it must find nothing wrong.
    pub(super) async fn runs(&self, name: &str) {
        let installed = self.installed().await;
        let dev = Dev::start().await;
        let own = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let modules = match self.host {
            None => installed,
            Some((file, host)) => {
                copy(&installed, own.path());
                let file = own.path().join(self.name).join(file);
                let text = std::fs::read_to_string(&file).unwrap();
                // A gateway for development has no certificate.
                let text = text.replace(&format!("https://{host}"), &format!("http://{host}"));
                let ours = text.replace(host, &dev.http.to_string());
                assert_ne!(ours, text, "{host} stands in {}", file.display());
                std::fs::write(&file, ours).unwrap();
                own.path().to_owned()
            }
        };
        let mut node = Command::new("node");
        node.arg(script(self.name, name)).env("NODE_PATH", modules);
        must_be_content(self.name, against(&dev, &mut node)).await;
    }

    /// Installs the library and what it needs, unless that has been done; gives the directory of the modules.
    pub(super) async fn installed(&self) -> PathBuf {
        let Self { name, version, .. } = self;
        let make = async |making: &Path| {
            npm(making, &["pack", &format!("{name}@{version}")]).await;
            let package = format!("{name}-{version}.tgz");
            check_digest(&making.join(&package), self.sha512);
            npm(making, &["install", &format!("./{package}")]).await;
        };
        let directory = made_once(&format!("{name}-{version}"), "node_modules", make).await;
        directory.join("node_modules")
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

/// Copies a directory with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
