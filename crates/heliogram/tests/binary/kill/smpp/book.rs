//! What the programs know together: which messages they submitted, what they were answered, and what was reported to them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tokio::sync::watch;

use crate::kill::phone;

/// Keeps every submit, by its number, and every receipt. No two submits go to the same phone, and none is repeated.
#[derive(Default)]
pub(super) struct Book {
    submits: Vec<Submit>,
    /// How many were answered.
    answers: watch::Sender<u64>,
    /// By the id that they name.
    receipts: HashMap<String, Told>,
    /// How many receipts were left unanswered.
    left: u64,
    closed: bool,
}

enum Submit {
    Waiting,
    /// The id of the message.
    Answered(String),
    /// The answer will not come; there may be such a message or not.
    CutOff,
}

/// What the receipts of one id told.
struct Told {
    to: String,
    times: u64,
}

/// The text of the message to a phone: no other has it.
pub(super) fn text(phone: &str) -> String {
    format!("This is for {phone}")
}

impl Book {
    /// Lets nobody submit any more.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Takes the next submit in, unless there shall be none; gives its number.
    pub(super) fn submit(&mut self) -> Option<u64> {
        let number = self.submits.len() as u64;
        (!self.closed).then(|| self.submits.push(Submit::Waiting))?;
        Some(number)
    }

    /// Takes the answer to a submit in.
    pub(super) fn answer(&mut self, number: u64, id: String) {
        *self.waited_for(number) = Submit::Answered(id);
        self.answers.send_modify(|answers| *answers += 1);
    }

    /// Takes in that the answer to a submit will not come.
    pub(super) fn cut_off(&mut self, number: u64) {
        *self.waited_for(number) = Submit::CutOff;
    }

    /// Takes a receipt in.
    pub(super) fn report(&mut self, id: String, to: String) {
        match self.receipts.entry(id) {
            Entry::Occupied(mut before) => {
                let (id, told) = (before.key().clone(), before.get_mut());
                assert_eq!(told.to, to, "the phones that {id} was reported of");
                told.times += 1;
            }
            Entry::Vacant(first) => {
                first.insert(Told { to, times: 1 });
            }
        }
    }

    /// Takes in that a receipt is not taken: it has to come again.
    pub(super) fn leave(&mut self) {
        self.left += 1;
    }

    /// Counts the submits that were answered, as they are.
    pub(super) fn answers(&self) -> watch::Receiver<u64> {
        self.answers.subscribe()
    }

    /// Tells whether answers may still come.
    pub(super) fn is_waiting(&self) -> bool {
        let mut submits = self.submits.iter();
        submits.any(|submit| matches!(submit, Submit::Waiting))
    }

    /// Counts the messages that were reported.
    pub(super) fn reported(&self) -> u64 {
        self.receipts.len() as u64
    }

    /// Lists the ids that were answered.
    pub(super) fn answered(&self) -> Vec<String> {
        let ids = self.submits.iter().filter_map(|submit| match submit {
            Submit::Answered(id) => Some(id.clone()),
            Submit::Waiting | Submit::CutOff => None,
        });
        ids.collect()
    }

    /// Compares the answers, the receipts and what the phones show: a message that was answered is on its phone and was reported by
    /// its id; one whose answer was cut off is and was both, or neither; there are no others. Gives how many messages there are, and
    /// how many came to their phones more than once.
    pub(super) fn compare(&self, shown: impl Iterator<Item = (String, String)>) -> (u64, u64) {
        let mut arrivals: HashMap<String, u64> = HashMap::new();
        for (to, shown) in shown {
            assert_eq!(shown, text(&to));
            *arrivals.entry(to).or_default() += 1;
        }
        let mut reported: HashMap<&str, &str> = HashMap::new();
        for (id, Told { to, .. }) in &self.receipts {
            let other = reported.insert(to, id);
            assert_eq!(other, None, "{to} was reported by the id {id}, too");
        }
        for (number, submit) in (0..).zip(&self.submits) {
            let phone = phone(number);
            let arrived = arrivals.contains_key(&phone);
            let reported = reported.remove(phone.as_str());
            match submit {
                Submit::Answered(id) => {
                    assert_eq!(reported, Some(id.as_str()), "the receipt of {phone}");
                    assert!(arrived, "message {id} did not reach {phone}");
                }
                Submit::CutOff => assert_eq!(
                    reported.is_some(),
                    arrived,
                    "{phone} was reported or reached, and not both"
                ),
                Submit::Waiting => panic!("{phone} is still waited for"),
            }
        }
        assert!(reported.is_empty(), "nobody submitted {reported:?}");
        let messages = self.reported();
        assert_eq!(arrivals.len() as u64, messages, "messages on phones");
        let repeated: u64 = self.receipts.values().map(|told| told.times - 1).sum();
        let (submits, left) = (self.submits.len(), self.left);
        let answers = *self.answers.borrow();
        eprintln!(
            "{submits} submits, {answers} answered, {messages} accepted; \
             receipts: {left} left unanswered, {repeated} taken more than once"
        );
        (messages, arrivals.values().map(|times| times - 1).sum())
    }

    fn waited_for(&mut self, number: u64) -> &mut Submit {
        let submit = &mut self.submits[usize::try_from(number).unwrap()];
        assert!(
            matches!(submit, Submit::Waiting),
            "submit {number} was answered twice"
        );
        submit
    }
}
