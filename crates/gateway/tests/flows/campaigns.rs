//! Campaigns: from a contact list to messages, in one go and in parts.

use gateway::connector::Attempt;
use gateway::{Campaign, ContactEntry, ListId, SubmissionId, SubmissionParts, Terms};
use sms::{CampaignState, MessageState, Reason, Refusal};
use testkit::loopback::Way;

use crate::world::{HOUR, PRICE, START, World, account, eventually, refusal};

const MINUTE: i64 = 60_000;

impl World {
    /// Makes a list of so many contacts: numbers from 380670000001 on, and `Ann;1` and so on as their variables.
    pub(crate) async fn list_of(&self, contacts: u64) -> ListId {
        let list = self
            .gateway
            .add_list(self.account, "clients", "")
            .await
            .unwrap();
        let entries: Vec<_> = (1..=contacts)
            .map(|index| ContactEntry {
                number: format!("{}", 380_670_000_000 + index),
                variables: format!("Ann;{index}"),
            })
            .collect();
        if !entries.is_empty() {
            self.gateway
                .add_contacts(self.account, list, &entries)
                .await
                .unwrap();
        }
        list
    }

    pub(crate) fn campaign(&self, list: ListId) -> Campaign {
        Campaign {
            account: self.account,
            terms: Terms {
                originator: "Info".into(),
                text: "hello".into(),
                ..Terms::default()
            },
            list,
            parts: None,
            control: None,
        }
    }

    /// A campaign that starts in an hour.
    pub(crate) fn campaign_later(&self, list: ListId) -> Campaign {
        let mut campaign = self.campaign(list);
        campaign.terms.start_at = Some(START.plus_millis(HOUR));
        campaign
    }

    pub(crate) async fn start(&self, campaign: Campaign) -> SubmissionId {
        self.gateway
            .submit_campaign(campaign)
            .await
            .unwrap()
            .submission
    }

    pub(crate) async fn campaign_state(&self, id: SubmissionId) -> CampaignState {
        self.gateway
            .submission(self.account, id)
            .await
            .unwrap()
            .state
    }

    pub(crate) async fn reaches(&self, id: SubmissionId, state: CampaignState) {
        eventually(state.name(), async || {
            self.campaign_state(id).await == state
        })
        .await;
    }

    /// Waits until every hold has ended.
    pub(crate) async fn holds_nothing(&self) {
        eventually("the end of every hold", async || {
            let balance = self.gateway.balance(self.account).await.unwrap();
            balance.held.micros() == 0
        })
        .await;
    }

    pub(crate) async fn total(&self, id: SubmissionId) -> u64 {
        self.gateway
            .submission(self.account, id)
            .await
            .unwrap()
            .tally
            .total()
    }
}

pub(crate) fn accept_all(way: &Way, attempts: &[Attempt]) {
    for attempt in attempts {
        way.accept(attempt);
    }
}

#[tokio::test]
async fn a_campaign_sends_to_every_contact_of_its_list() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(5).await;
    let mut campaign = world.campaign(list);
    campaign.terms.text = "Hi %1%, no %2%".into();
    let quote = world
        .gateway
        .quote_campaign(world.account, &campaign.terms, list)
        .await
        .unwrap();
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price, quote.total());
    assert_eq!(accepted.price.micros(), 5 * PRICE);
    world.money(5, 0).await;
    assert_eq!(
        world.total(accepted.submission).await,
        5,
        "before they are messages, too"
    );
    let attempts = way.take(5).await;
    for (attempt, index) in attempts.iter().zip(1..) {
        assert_eq!(attempt.recipient.as_str(), format!("38067000000{index}"));
        assert_eq!(
            attempt.segments[0].1.octets,
            format!("Hi Ann, no {index}").into_bytes()
        );
        way.accept(attempt);
    }
    world
        .reaches(accepted.submission, CampaignState::Sent)
        .await;
    world.money(0, 5).await;
}

#[tokio::test]
async fn placeholders_are_filled_by_the_names_of_the_lists_variables() {
    let world = World::new().await;
    let list = world.list_of(1).await;
    for name in ["FirstName", "Number"] {
        world
            .gateway
            .add_variable(world.account, list, name)
            .await
            .unwrap();
    }
    let mut campaign = world.campaign(list);
    campaign.terms.text = "%Number% for %FirstName%, 5% off %Unknown%".into();
    world.start(campaign).await;
    let attempt = world.way().await.take(1).await.remove(0);
    assert_eq!(attempt.segments[0].1.octets, b"1 for Ann, 5% off %Unknown%");
}

#[tokio::test]
async fn contacts_added_or_removed_behind_the_acceptance_do_not_upset_the_books() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(5).await;
    let id = world.start(world.campaign_later(list)).await;
    let late = ContactEntry {
        number: "380679999999".into(),
        variables: String::new(),
    };
    world
        .gateway
        .add_contact(world.account, list, &late)
        .await
        .unwrap();
    eventually("all are messages", async || {
        world.messages(id).await.len() == 5
    })
    .await;
    world
        .gateway
        .remove_list(world.account, list)
        .await
        .unwrap();
    world.clock.advance_ms(HOUR);
    let attempts = way.take(5).await;
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt.recipient.as_str() != "380679999999")
    );
    accept_all(&way, &attempts);
    world.reaches(id, CampaignState::Sent).await;
    world.money(0, 5).await;
}

#[tokio::test]
async fn parts_leave_one_after_another() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(5).await;
    let mut campaign = world.campaign(list);
    campaign.parts = Some(SubmissionParts {
        size: 2,
        interval_ms: 10 * MINUTE,
    });
    let id = world.start(campaign).await;
    for (part, size) in [2, 2, 1].into_iter().enumerate() {
        let attempts = way.take(size).await;
        assert_eq!(
            attempts[0].recipient.as_str(),
            format!("38067000000{}", part * 2 + 1)
        );
        let expires_at = START.plus_millis(24 * HOUR + 10 * MINUTE * i64::try_from(part).unwrap());
        assert_eq!(
            attempts[0].expires_at, expires_at,
            "a lifetime from the part's own start"
        );
        accept_all(&way, &attempts);
        if part < 2 {
            world.reaches(id, CampaignState::Running).await;
        }
        world.clock.advance_ms(10 * MINUTE);
    }
    world.reaches(id, CampaignState::Sent).await;
    world.money(0, 5).await;
}

#[tokio::test]
async fn a_campaign_is_refused_for_what_is_wrong_with_it() {
    let world = World::new().await;
    let full = world.list_of(3).await;
    let empty = world.list_of(0).await;
    let rich = world.list_of(1_000).await;
    let of_another = {
        let other = account(&world.gateway, "other", 0).await;
        world.gateway.add_list(other, "theirs", "").await.unwrap()
    };
    let refused = async |list, change: &dyn Fn(&mut Terms)| {
        let mut campaign = world.campaign(list);
        change(&mut campaign.terms);
        refusal(world.gateway.submit_campaign(campaign).await)
    };
    let as_it_is = |_: &mut Terms| {};
    assert_eq!(refused(empty, &as_it_is).await, Refusal::NoValidRecipients);
    assert_eq!(refused(of_another, &as_it_is).await, Refusal::UnknownList);
    assert_eq!(refused(ListId(99), &as_it_is).await, Refusal::UnknownList);
    assert_eq!(
        refused(ListId(99), &|terms| terms.text = String::new()).await,
        Refusal::EmptyText
    );
    assert_eq!(
        refused(full, &|terms| terms.originator = String::new()).await,
        Refusal::EmptyOriginator
    );
    assert!(matches!(
        refused(rich, &as_it_is).await,
        Refusal::InsufficientFunds { .. }
    ));
    world.money(0, 0).await;
    assert_eq!(
        world
            .gateway
            .submissions(world.account, None, 10)
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test]
async fn a_stopped_number_is_left_out_at_acceptance_and_just_before_the_wire() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(4).await;
    world
        .gateway
        .stop(world.account, "+380670000002", "asked")
        .await
        .unwrap();
    let later = world.campaign_later(list);
    let accepted = world.gateway.submit_campaign(later).await.unwrap();
    assert_eq!(accepted.price.micros(), 3 * PRICE);
    let id = accepted.submission;
    eventually("all are messages", async || {
        world.messages(id).await.len() == 4
    })
    .await;
    world
        .gateway
        .stop(world.account, "380670000003", "")
        .await
        .unwrap();
    world.clock.advance_ms(HOUR);
    let attempts = way.take(2).await;
    assert_eq!(attempts[1].recipient.as_str(), "380670000004");
    accept_all(&way, &attempts);
    world.reaches(id, CampaignState::Sent).await;
    let suppressed: Vec<_> = world
        .messages(id)
        .await
        .iter()
        .filter(|message| message.state == MessageState::Suppressed)
        .map(|message| (message.recipient.clone(), message.reason))
        .collect();
    let expected =
        ["380670000002", "380670000003"].map(|number| (number.to_owned(), Reason::OptedOut));
    assert_eq!(suppressed, expected);
    world.money(0, 2).await;
    assert_eq!(
        world.refusal(world.request(&["380670000002"])).await,
        Refusal::NoValidRecipients
    );
    assert_eq!(
        world
            .gateway
            .list(world.account, list)
            .await
            .unwrap()
            .stopped,
        2
    );
}

#[tokio::test]
async fn a_test_campaign_is_priced_and_never_sent() {
    let world = World::new().await;
    let list = world.list_of(3).await;
    let mut campaign = world.campaign(list);
    campaign.terms.test = true;
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price.micros(), 3 * PRICE);
    world
        .reaches(accepted.submission, CampaignState::Test)
        .await;
    eventually("all are rows", async || {
        world.messages(accepted.submission).await.len() == 3
    })
    .await;
    world.money(0, 0).await;
    let way = world.way().await;
    world.send("now").await;
    assert_eq!(way.take(1).await[0].segments[0].1.octets, b"now");
}

#[tokio::test]
async fn a_campaign_accepted_before_a_crash_is_expanded_after_it() {
    let place = tempfile::TempDir::new().unwrap();
    let connector = r#"{"address":"loopback","system_id":"x","window":1000}"#;
    let world = World::at(place.path(), connector).await;
    world
        .gateway
        .top_up(world.account, 10_000 * PRICE, "more")
        .await
        .unwrap();
    let list = world.list_of(7_000).await;
    let id = world.start(world.campaign(list)).await;
    // Whatever it has come to by now, the rest is for the next process.
    let (gateway, ..) = world.stop().await;
    drop(gateway);
    let world = World::at(place.path(), connector).await;
    eventually("all are messages", async || {
        let all = world
            .gateway
            .messages(world.account, id, None, None, 10_000)
            .await
            .unwrap();
        all.len() == 7_000
    })
    .await;
    assert_eq!(world.total(id).await, 7_000);
    let audit = world.gateway.audit().await.unwrap();
    assert_eq!(audit.violations, []);
}

#[tokio::test]
async fn the_last_part_starts_within_a_year_of_the_first() {
    let world = World::new().await;
    let list = world.list_of(3).await;
    for (interval_days, expected) in [(183, true), (184, false), (i64::MAX / HOUR / 24, false)] {
        let mut campaign = world.campaign(list);
        campaign.terms.start_at = Some(START.plus_millis(50 * 366 * 24 * HOUR));
        campaign.parts = Some(SubmissionParts {
            size: 1,
            interval_ms: interval_days * 24 * HOUR,
        });
        let answer = world.gateway.submit_campaign(campaign).await;
        assert_eq!(answer.is_ok(), expected, "{interval_days}");
    }
}
