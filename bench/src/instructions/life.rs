//! What the store does for a message: its acceptance, and its whole life.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use gateway::{Submit, Terms, To};
use sms::{Form, Lane, MessageState, Msisdn, Outcome, Reason};
use store::notices::Tells;
use store::queue::{AcceptedSegment, Answer, Claim, Rest};
use store::receipts::NewReceipt;
use store::submissions::{Acceptance, AtOnce, NewMessage, NewSubmission};
use store::{AccountId, MessageId, Queue, Receipts, Submissions};

use super::world::{AT_ONCE, NOW, PRICE_MICROS, World};
use super::{THREADED, Work};

/// How many recipients a group has.
const GROUP: u32 = 1_000;

/// What is counted.
pub(super) const WORKS: &[Work] = &[
    Work {
        name: "one message priced and accepted, 32 at once",
        times: 512,
        units: 1,
        tolerance_percent: THREADED,
        run: priced,
    },
    Work {
        name: "one message accepted by the store, 32 at once",
        times: 512,
        units: 1,
        tolerance_percent: THREADED,
        run: accepted,
    },
    Work {
        name: "one message's life in the store, 32 at once",
        times: 16,
        units: AT_ONCE,
        tolerance_percent: THREADED,
        run: lives,
    },
    Work {
        name: "the same, handed over at its acceptance",
        times: 16,
        units: AT_ONCE,
        tolerance_percent: THREADED,
        run: handed_over,
    },
    Work {
        name: "life of one recipient of 1,000 in the store",
        times: 2,
        units: GROUP,
        tolerance_percent: THREADED,
        run: group_lives,
    },
];

fn priced(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    world.run(World::together(times, |number| {
        let (gateway, account) = (world.gateway.clone(), world.account);
        async move {
            let submit = Submit {
                account,
                terms: Terms {
                    originator: "Heliogram".to_owned(),
                    text: format!("Your code is {number:06}"),
                    ..Terms::default()
                },
                recipients: vec![To::number(recipient(number))],
                lane: Lane::Transactional,
                drop_repeats: false,
            };
            let accepted = gateway.submit(submit).await?;
            ensure!(accepted.segments == 1, "it has another length");
            Ok(())
        }
    }))
}

fn accepted(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    world.run(accept_singles(&world, times))
}

fn lives(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    world.run(async {
        for _ in 0..times {
            singles(&world, AT_ONCE).await?;
        }
        Ok(())
    })
}

/// Messages that a link has room for when they are accepted: nothing is claimed.
fn handed_over(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    let new = submission(&world, 0..1)?;
    world.run(async {
        for _ in 0..times {
            let leased = Arc::new(Mutex::new(Vec::new()));
            World::together(AT_ONCE, |_| {
                let (store, new, leased) =
                    (Arc::clone(&world.store), new.clone(), Arc::clone(&leased));
                let at_once = AtOnce {
                    connector: world.connector,
                    segments: 1,
                    hand_over: Box::new(move |messages| {
                        let mut leased = leased.lock().unwrap_or_else(PoisonError::into_inner);
                        leased.extend(messages.iter().map(|message| message.id));
                    }),
                };
                async move {
                    let answer = store.accept_at_once(new, Some(at_once)).await?;
                    ensure!(matches!(answer, Acceptance::Accepted { .. }), "{answer:?}");
                    Ok(())
                }
            })
            .await?;
            let leased = leased
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            ensure!(
                leased.len() == AT_ONCE as usize,
                "some were not handed over"
            );
            report(&world, &leased).await?;
        }
        Ok(())
    })
}

/// Sends so many messages, each a submission of its own, until they are delivered.
pub(crate) async fn singles(world: &World, messages: u32) -> anyhow::Result<()> {
    accept_singles(world, messages).await?;
    finish(world, messages).await
}

fn group_lives(times: u32) -> anyhow::Result<()> {
    let world = World::new()?;
    world.run(async {
        for _ in 0..times {
            let group = submission(&world, 0..GROUP)?;
            let answer = world.store.accept(group).await?;
            ensure!(matches!(answer, Acceptance::Accepted { .. }), "{answer:?}");
            finish(&world, GROUP).await?;
        }
        Ok(())
    })
}

async fn accept_singles(world: &World, times: u32) -> anyhow::Result<()> {
    let new = submission(world, 0..1)?;
    World::together(times, |_| {
        let (store, new) = (Arc::clone(&world.store), new.clone());
        async move {
            let answer = store.accept(new).await?;
            ensure!(matches!(answer, Acceptance::Accepted { .. }), "{answer:?}");
            Ok(())
        }
    })
    .await
}

/// Claims so many messages, and records that they were taken and delivered.
async fn finish(world: &World, messages: u32) -> anyhow::Result<()> {
    let claim = Claim {
        connector: world.connector,
        max_segments: messages,
        max_otp_segments: messages,
        turns: [AccountId(0); Lane::ALL.len()],
        now: NOW,
    };
    let claimed = world.store.claim(claim).await?.messages;
    ensure!(claimed.len() == messages as usize, "others waited");
    let ids: Vec<_> = claimed.iter().map(|message| message.id).collect();
    report(world, &ids).await
}

/// Records that leased messages were taken and delivered.
async fn report(world: &World, messages: &[MessageId]) -> anyhow::Result<()> {
    let id = |message: MessageId| message.0.to_string().into_bytes();
    let answer = |message: &MessageId| Answer {
        message: *message,
        connector: world.connector,
        accepted: vec![AcceptedSegment::new(0, id(*message))],
        rest: Rest::Nothing,
        at: NOW,
    };
    let receipt = |message: &MessageId| NewReceipt {
        connector: world.connector,
        candidates: vec![id(*message)],
        numbers: [None; 2],
        outcome: Some(Outcome::Delivered),
        at: NOW,
    };
    let answers = messages.iter().map(answer).collect();
    world.store.record_answers(answers).await?;
    let receipts = messages.iter().map(receipt).collect();
    let met = world.store.record_receipts(receipts).await?;
    ensure!(met.len() == messages.len(), "receipts were lost");
    Ok(())
}

fn submission(world: &World, recipients: std::ops::Range<u32>) -> anyhow::Result<NewSubmission> {
    let message = |number: u32| {
        Ok(NewMessage {
            recipient: Some(Msisdn::parse(&recipient(number))?),
            given: None,
            variables: None,
            text: None,
            originator: None,
            once: None,
            segments: 1,
            price_micros: PRICE_MICROS,
            connector: Some(world.connector),
            state: MessageState::Queued,
            reason: Reason::None,
            alternative: false,
            awaits: None,
        })
    };
    Ok(NewSubmission {
        account: world.account,
        originator: "Heliogram".into(),
        alternative: None,
        text: "Your code is 123456".into(),
        form: Form::default(),
        variable_names: Vec::new(),
        reference: None,
        once: None,
        mailing: None,
        tells: Tells::default(),
        passes_stops: false,
        lane: Lane::Transactional,
        source: None,
        test: false,
        created_at: NOW,
        start_at: None,
        expires_at: NOW.plus_millis(86_400_000),
        parts: None,
        control: None,
        expansion: None,
        messages: recipients.map(message).collect::<anyhow::Result<_>>()?,
    })
}

/// An ordinary number, as given.
fn recipient(number: u32) -> String {
    format!("3805{number:08}")
}
