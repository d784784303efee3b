//! Third parties' client programs, unmodified but for the host, against the real binary: each call that they have.
//!
//! Those that a registry has are installed into the build's own directory, once for each version; what a registry brings must have
//! the digest that stands here. What each calls and expects is in `tests/clients`.

mod kannel;
mod npm;
mod pypi;
mod smpp;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha512};
use tokio::process::Command;
use tokio::time::timeout;

use crate::world::Dev;
use npm::Npm;
use pypi::PyPi;

/// Longer than bringing a library takes over a slow line, and than its calls take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Knows the provider's host and no other, and takes a proxy from its environment.
const EPOCHTA_CLIENT: Npm = Npm {
    name: "epochta-client",
    version: "0.0.1",
    sha512: "f59ec1b5a79ae756e295d31f27bc6ea1fb3350e940bf4bcdb811db3d6e640f6259d7fb12b94787efbe951e2d3119f1c34454808f5390d751d6853e1688f464c9",
    host: None,
};

/// Is told the address to call.
const E_POCHTA_SMS_API: Npm = Npm {
    name: "e-pochta-sms-api",
    version: "0.0.3",
    sha512: "c60c7e7a243c7e37c74597f6a2f10f6493cb23a8ce28a89521050c436257535c5a1dc62c6e46eb6cc524d316cec5bc26ac79d747ea2755dffd93e2fe150485ad",
    host: None,
};

/// Is told the address to call.
const NODE_SMSC: Npm = Npm {
    name: "node-smsc",
    version: "0.2.3",
    sha512: "d240a31373684c4c3114b861fada4f744a493f601673fd8ae051fe921823c5c69b06a8505abde2c5e484950b203529992fdc260a595914cb3244b2f07add458d",
    host: None,
};

/// Has the provider's host written into it.
const SMSC_RU: Npm = Npm {
    name: "smsc-ru",
    version: "0.0.4",
    sha512: "949037d0bffe6eb6623aba055060f0a2cc9fdffb3409b3f23ded639617851520cc64a2f6f350d83d2d74d114ae2e847003c809dacc71b168e3d01fdd748e602e",
    host: Some(("main.js", "smsc.ru")),
};

/// Is told the address to call.
const INTEGRIFY_LSIM: PyPi = PyPi {
    name: "integrify-lsim",
    file: "integrify_lsim-1.1.0-py3-none-any.whl",
    version: "1.1.0",
    sha512: "5cb1c1783809f0d959ee5c840d815e0e631812281fdffbc719bab7c6b3ea621e566e8f54eaebaa472dc358e952bfaedb5e96d2ee636813c6b11d495df4d39201",
};

/// Has its address in a class attribute.
const SMSC: PyPi = PyPi {
    name: "smsc",
    file: "smsc-0.1.1-py2.py3-none-any.whl",
    version: "0.1.1",
    sha512: "236afabf5db63c25a915d11743054d9a3fdb2bb153cf0955c5f55a59b4f8abcf0d60be0b0b02ae6a4e4b7636a7e09030d94ccc16458ee63a554a5502da1b996e",
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

#[tokio::test]
async fn every_call_of_node_smsc_is_answered_as_its_callers_expect() {
    NODE_SMSC.runs("calls.js").await;
}

#[tokio::test]
async fn every_call_of_smsc_ru_is_answered_as_its_callers_expect() {
    SMSC_RU.runs("calls.js").await;
}

#[tokio::test]
async fn every_call_of_integrify_lsim_is_answered_as_its_callers_expect() {
    INTEGRIFY_LSIM.runs("calls.py").await;
}

#[tokio::test]
async fn every_call_of_smsc_is_answered_as_its_callers_expect() {
    SMSC.runs("calls.py").await;
}

/// No registry has a client of SMS Club's: this is a script as people write them, with PHP's own curl.
#[tokio::test]
async fn a_php_script_sends_a_form_to_sms_club_and_follows_its_message() {
    let dev = Dev::start().await;
    let mut php = Command::new("php");
    php.arg(script("smsclub-php", "calls.php"));
    must_be_content("php", against(&dev, &mut php)).await;
}

/// Where a script of ours stands that uses a client.
fn script(client: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(client)
        .join(name)
}

/// Lets a program know the gateway that it is to call.
fn against<'a>(dev: &Dev, program: &'a mut Command) -> &'a mut Command {
    let url = format!("http://{}", dev.http);
    program
        .env("HELIOGRAM_URL", &url)
        .env("HELIOGRAM_SMPP", dev.line["smpp"].as_str().unwrap())
        // Whatever host a library names, its requests come here.
        .env("HTTP_PROXY", &url)
        .env("http_proxy", &url)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
}

/// Runs a program that must find nothing wrong.
async fn must_be_content(what: &str, program: &mut Command) {
    let output = finished(program).await;
    let said = String::from_utf8_lossy(&output.stderr);
    let showed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{what}: {said}\n{showed}");
}

/// Refuses a package that is another one than was looked at.
fn check_digest(package: &Path, sha512: &str) {
    let octets = std::fs::read(package).unwrap();
    let digest = hex::encode(Sha512::digest(&octets));
    let package = package.display();
    assert_eq!(
        digest, sha512,
        "{package} is another one than was looked at"
    );
}

/// Makes a directory in the build's own one, unless it has been made: aside, and moved into its place when it is whole, because
/// another test may be doing the same. `whole` is what it has then.
async fn made_once(name: &str, whole: &str, make: impl AsyncFnOnce(&Path)) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let directory = place.join(name);
    if directory.join(whole).is_dir() {
        return directory;
    }
    let making = tempfile::tempdir_in(place).unwrap();
    make(making.path()).await;
    if let Err(error) = std::fs::rename(making.path(), &directory) {
        assert!(
            directory.join(whole).is_dir(),
            "{}: {error}",
            directory.display()
        );
    }
    directory
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
