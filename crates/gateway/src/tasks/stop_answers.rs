//! Submits answers to handsets that have asked to be left alone, beside the tasks that record what connectors tell.

use tokio_util::sync::CancellationToken;

use crate::Gateway;

pub(crate) async fn run(gateway: Gateway, stop: CancellationToken) {
    let answers = &gateway.0.stop_answers;
    loop {
        // What waits at the stop is still submitted, which only writes: nothing is waited for but the store.
        while let Some(answer) = answers.take() {
            gateway.submit_stop_answer(answer).await;
        }
        tokio::select! {
            () = answers.rung.notified() => {}
            () = stop.cancelled() => return,
        }
    }
}
