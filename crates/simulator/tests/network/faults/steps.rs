//! What happens in time and after submits.

use std::time::Duration;

use super::TO;
use crate::esme::{Esme, Heard, PATIENCE};
use smpp::{BindMode, CommandStatus};

#[tokio::test]
async fn steps_happen_after_submits_and_in_time() {
    let script = simulator::Script::from_toml(
        "receipt_loss = 1\n\
         [[steps]]\nafter_submits = 2\nfor = \"300ms\"\nthrottling = 1\n\
         [[steps]]\nat = \"100ms\"\n\
         say = [{ from = \"380501234567\", to = \"4747\", text = \"Hello\", copies = 2 }]\n",
    )
    .unwrap();
    let simulator = crate::esme::start(simulator::Config {
        scenario: script.scenario,
        steps: script.steps,
        ..simulator::Config::default()
    })
    .await;
    // Nobody has bound when the phone speaks: it is kept.
    let mut changed = tokio::time::interval(Duration::from_millis(20));
    let began = tokio::time::Instant::now();
    while began.elapsed() < Duration::from_millis(150) {
        changed.tick().await;
    }
    let mut esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    for _ in 0..2 {
        match esme.next().await {
            Heard::Saying { sequence, to, .. } => {
                assert_eq!(to, "4747");
                esme.answer_receipt(sequence, CommandStatus::ROK).await;
            }
            other => panic!("not a message: {other:?}"),
        }
    }
    esme.accepted(TO, "one").await;
    esme.accepted(TO, "two").await;
    assert_eq!(esme.submitted(TO, "three").await, CommandStatus::RTHROTTLED);
    let again = async {
        while esme.submitted(TO, "four").await != CommandStatus::ROK {
            changed.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, again)
        .await
        .expect("the step is over in time");
}

#[tokio::test]
async fn a_step_resets_the_links_again_and_again() {
    let script = simulator::Script::from_json(
        r#"{"steps": [{"at": "100ms", "every": "100ms", "reset_links": true}]}"#,
    );
    let simulator = crate::esme::start(simulator::Config {
        steps: script.unwrap().steps,
        ..simulator::Config::default()
    })
    .await;
    for _ in 0..2 {
        let mut esme = Esme::connect(simulator.address()).await;
        assert_eq!(esme.next().await, Heard::Closed);
    }
}
