//! One message seen through every door: sent by any dialect's own call, brought into each of the twelve states by what brings it
//! about in earnest, and read by any dialect's own call in that dialect's own word.

mod doors;

use futures_util::{StreamExt, stream};
use gateway::{Halt, Submission};
use sms::{MessageState, Outcome, Reason};
use testkit::operator::Fate;

use crate::caller::ask;
use crate::history::Happened;
use crate::world::World;
use doors::DOORS;

/// The recipient.
const NUMBER: &str = "380972920383";

/// What every door needs.
const WORLD: &str = "token secret, login shop password, next submission 77, next message 1000106";

/// How many worlds exist at a time.
const AT_ONCE: usize = 8;

/// Is a dialect's call that sends one message, and one that tells of one.
struct Door {
    name: &'static str,
    /// The first line of a request without its version, and a form where there is a second part.
    send: (&'static str, &'static str),
    /// What the answer to it has in it; here and below `{message}` and `{submission}` stand for their numbers.
    sent: &'static str,
    state: (&'static str, &'static str),
    /// How the answer tells a state: what stands before the word, and behind it.
    around: (&'static str, &'static str),
    /// The word for each state, in the order of [`MessageState::ALL`].
    words: [&'static str; 12],
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_is_told_in_the_words_of_every_door_whichever_a_message_came_in_by() {
    let states = || MessageState::ALL.into_iter().enumerate();
    let all = DOORS
        .iter()
        .flat_map(|door| states().map(move |state| (door, state)));
    stream::iter(all)
        .for_each_concurrent(AT_ONCE, |(door, (number, state))| async move {
            let world = World::given(WORLD).await;
            let answer = call(&world, door.send).await;
            let sent = fill(door.sent, &world).await;
            assert!(answer.contains(&sent), "{}: {answer}", door.name);
            bring(&world, state).await;
            for other in DOORS {
                let answer = call(&world, other.state).await;
                let what = format!("{state:?}, sent by {}, seen by {}", door.name, other.name);
                let expected = other.words[number];
                assert_eq!(word(other, &answer), expected, "{what}: {answer}");
            }
        })
        .await;
}

/// Calls with the numbers of the message and of its submission put in.
async fn call(world: &World, (line, body): (&str, &str)) -> String {
    let (line, body) = (fill(line, world).await, fill(body, world).await);
    ask(world, (&line, &body), "secret").await
}

/// Puts in the numbers of the message and of its submission, once there is one.
async fn fill(text: &str, world: &World) -> String {
    let text = text.replace("{number}", NUMBER);
    if !text.contains("{message}") && !text.contains("{submission}") {
        return text;
    }
    let shop = world.account("shop");
    let submission = world.history().last().await;
    let messages = world
        .gateway
        .messages(shop, submission, None, None, 2)
        .await;
    let [message] = &messages.unwrap()[..] else {
        panic!("there is one message");
    };
    text.replace("{message}", &message.id.to_string())
        .replace("{submission}", &submission.to_string())
}

/// Finds the word in an answer; empty when it tells of no message.
fn word<'a>(door: &Door, answer: &'a str) -> &'a str {
    let (before, behind) = door.around;
    let rest = answer.split_once(before).map_or("", |(_, rest)| rest);
    match behind {
        "" => rest,
        behind => rest.split(behind).next().unwrap_or_default(),
    }
}

/// Brings the one message of a world into a state.
async fn bring(world: &World, state: MessageState) {
    let history = world.history();
    let gateway = &world.gateway;
    let fate = match state {
        MessageState::Queued => return,
        MessageState::Held | MessageState::Cancelled => {
            let halt = match state {
                MessageState::Held => Halt::Paused,
                _ => Halt::Cancelled,
            };
            assert!(gateway.halt(history.last().await, halt).await.unwrap());
            Fate::Taken
        }
        MessageState::Suppressed => {
            let stopped = gateway.stop(history.account, NUMBER, "").await;
            stopped.unwrap();
            Fate::Taken
        }
        // Only what was submitted as one is no number: nothing turns a message into it.
        MessageState::InvalidNumber => {
            let brought = Happened::Brought {
                position: 1,
                state,
                reason: Reason::NotANumber,
            };
            return history.happen(&brought).await;
        }
        MessageState::Submitted => Fate::Taken,
        MessageState::InDoubt => Fate::Lost,
        MessageState::Delivered => Fate::Reported(Outcome::Delivered),
        MessageState::Undelivered => Fate::Reported(Outcome::Undelivered(Reason::AbsentSubscriber)),
        MessageState::Expired => Fate::Reported(Outcome::Expired),
        MessageState::Rejected => Fate::Refused(Reason::DestinationRefused),
        MessageState::Failed => Fate::Refused(Reason::InternalError),
    };
    let is_there = move |submission: &Submission| submission.tally.count(state) == 1;
    history.run(move |_| fate, is_there).await;
}
