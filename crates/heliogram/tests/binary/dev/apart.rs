//! `heliogram dev` and real gateways keep apart: neither touches the other's data, and no test message leaves the machine.

use crate::world::{Dev, Serve, run};

#[tokio::test]
async fn the_data_of_a_real_gateway_are_refused_and_stay_as_they_were() {
    let serve = Serve::new();
    serve.account("shop", "5").await;
    let data = serve.data();
    let output = run(&["dev", "--data", data.to_str().unwrap()]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("holds a real gateway's data"), "{said}");
    let listed = serve.done(&["account", "list"]).await;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let (gateway, _) = serve.start().await;
    assert_eq!(gateway.terminate().await.0, Some(0));
}

#[tokio::test]
async fn its_data_are_never_served() {
    let serve = Serve::new();
    let dev = Dev::keeping(&serve.data()).await;
    assert_eq!(dev.process.terminate().await.0, Some(0));
    let output = run(&["serve", "--config", serve.config().to_str().unwrap()]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("passwords everybody knows"), "{said}");
}

#[tokio::test]
async fn a_connector_to_another_operator_never_starts() {
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let serve = Serve::new();
    let dev = Dev::keeping(&serve.data()).await;
    serve
        .connector("real", elsewhere.local_addr().unwrap(), 10)
        .await;
    dev.process
        .logged("talks to its own simulated operator only")
        .await;
    let parameters = [("sender", "Shop"), ("text", "1"), ("phone", "380501234567")];
    dev.customer().call("sendSMS", &parameters).await;
    assert_eq!(dev.messages("wait=10s").await.len(), 1);
}
