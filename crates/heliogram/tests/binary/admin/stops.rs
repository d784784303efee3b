//! Stops of single originators: what a phone asks for is seen, and can be taken off.

use crate::world::{Dev, eventually, run};

#[tokio::test]
async fn what_a_phone_has_stopped_of_one_number_is_listed_and_taken_off() {
    let directory = tempfile::tempdir().unwrap();
    let dev = Dev::keeping(directory.path()).await;
    let data = ["--data", directory.path().to_str().unwrap()];
    let said = async |arguments: &[&str]| {
        let output = run(&[&["account"], arguments, &data].concat()).await;
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), said.concat())
    };
    let (changed, told) = said(&["change", "dev", "--stop-scope", "number"]).await;
    assert!(changed, "{told}");
    // One that begins knows of the change; one that runs notices it within a moment, which cannot be seen.
    assert_eq!(dev.process.terminate().await.0, Some(0));
    let dev = Dev::keeping(directory.path()).await;
    let stop = b"from=380671234567&to=380441234567&text=STOP";
    let form = "application/x-www-form-urlencoded";
    eventually("a phone that can speak", async || {
        let mut connection = dev.connect().await;
        let answer = connection.ask("POST", "/dev/messages", form, stop).await;
        (answer.unwrap().status == 202).then_some(())
    })
    .await;
    eventually("the stop", async || {
        let (_, listed) = said(&["originator-stops", "dev"]).await;
        listed.contains("380671234567  380441234567").then_some(())
    })
    .await;

    let remove = [
        "originator-stops",
        "dev",
        "--remove",
        "380671234567",
        "--originator",
        "380441234567",
    ];
    let (removed, told) = said(&remove).await;
    assert!(removed, "{told}");
    let (removed, told) = said(&remove).await;
    assert!(!removed && told.contains("has not stopped"), "{told}");
}
