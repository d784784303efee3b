//! Libraries for Python, brought by pip.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::{against, check_digest, finished, made_once, must_be_content, script};
use crate::world::Dev;

/// A library as its registry has it.
pub(super) struct PyPi {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The file that the registry brings.
    pub(super) file: &'static str,
    /// SHA-512 of that file's octets, in hexadecimal.
    pub(super) sha512: &'static str,
}

/// Runs a script with a directory of modules, which are looked for where Python has none of its own: some libraries bring copies of
/// those, for its older versions.
const RUN: &str = "import runpy, site, sys; site.addsitedir(sys.argv[1]); runpy.run_path(sys.argv[2], run_name='__main__')";

impl PyPi {
    /// Runs a script that uses the library against a development gateway; it must find nothing wrong.
    pub(super) async fn runs(&self, name: &str) {
        let modules = self.installed().await;
        let dev = Dev::start().await;
        let mut python = Command::new("python3");
        python
            .args(["-c", RUN])
            .arg(modules)
            .arg(script(self.name, name))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        must_be_content(self.name, against(&dev, &mut python)).await;
    }

    /// Installs the library and what it needs, unless that has been done; gives the directory of the modules.
    async fn installed(&self) -> PathBuf {
        let Self { name, version, .. } = self;
        let make = async |making: &Path| {
            let wanted = format!("{name}=={version}");
            pip(
                making,
                &["download", "--no-deps", "--only-binary", ":all:", &wanted],
            )
            .await;
            check_digest(&making.join(self.file), self.sha512);
            let file = format!("./{}", self.file);
            pip(making, &["install", "--target", "modules", &file]).await;
        };
        let directory = made_once(&format!("{name}-{version}"), "modules", make).await;
        directory.join("modules")
    }
}

/// Runs pip in a directory.
async fn pip(directory: &Path, arguments: &[&str]) {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet"])
        .args(arguments)
        .current_dir(directory);
    let output = finished(&mut pip).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pip {arguments:?}: {said}");
}
