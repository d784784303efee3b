//! Campaigns: from a contact list to messages, in one go and in parts, halted, cancelled and deleted.

use gateway::connector::Attempt;
use gateway::directory::{AccountSettings, ControlCopies, RouteSettings};
use gateway::{
    Campaign, ContactEntry, Halt, ListId, SenderRules, SubmissionId, SubmissionParts, Terms,
};
use sms::{CampaignState, MessageState, Reason, Refusal, SenderStatus};
use testkit::loopback::Way;

use crate::world::{HOUR, PRICE, START, World, account, eventually, refusal, request};

const MINUTE: i64 = 60_000;

impl World {
    /// Makes a list of so many contacts: numbers from 380670000001 on, and `Ann;1` and so on as their variables.
    async fn list_of(&self, contacts: u64) -> ListId {
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

    fn campaign(&self, list: ListId) -> Campaign {
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
    fn campaign_later(&self, list: ListId) -> Campaign {
        let mut campaign = self.campaign(list);
        campaign.terms.start_at = Some(START.plus_millis(HOUR));
        campaign
    }

    async fn start(&self, campaign: Campaign) -> SubmissionId {
        self.gateway
            .submit_campaign(campaign)
            .await
            .unwrap()
            .submission
    }

    async fn campaign_state(&self, id: SubmissionId) -> CampaignState {
        self.gateway
            .submission(self.account, id)
            .await
            .unwrap()
            .state
    }

    async fn reaches(&self, id: SubmissionId, state: CampaignState) {
        eventually(state.name(), async || {
            self.campaign_state(id).await == state
        })
        .await;
    }

    /// Waits until every hold has ended.
    async fn holds_nothing(&self) {
        eventually("the end of every hold", async || {
            let balance = self.gateway.balance(self.account).await.unwrap();
            balance.held.micros() == 0
        })
        .await;
    }

    async fn total(&self, id: SubmissionId) -> u64 {
        self.gateway
            .submission(self.account, id)
            .await
            .unwrap()
            .tally
            .total()
    }
}

fn accept_all(way: &Way, attempts: &[Attempt]) {
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
async fn a_control_copy_goes_along_for_nothing() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(2).await;
    let mut campaign = world.campaign(list);
    campaign.terms.text = "Hi %1%, no %2%".into();
    campaign.control = Some("+380 50 111 22 33".into());
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price.micros(), 2 * PRICE);
    let attempts = way.take(3).await;
    let copy = attempts
        .iter()
        .find(|attempt| attempt.recipient.as_str() == "380501112233");
    let octets = &copy.unwrap().segments[0].1.octets;
    assert_eq!(octets, b"Hi Ann, no 1", "what the first recipient gets");
    accept_all(&way, &attempts);
    world
        .reaches(accepted.submission, CampaignState::Sent)
        .await;
    assert_eq!(world.total(accepted.submission).await, 2);
    let listed = world
        .gateway
        .submissions(world.account, None, 10)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    world.holds_nothing().await;
    world.money(0, 2).await;
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
async fn only_what_has_not_started_can_be_cancelled() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(3).await;
    let later = world.start(world.campaign_later(list)).await;
    let running = world.start(world.campaign(list)).await;
    let attempts = way.take(3).await;

    assert_eq!(
        refusal(world.gateway.cancel(world.account, running).await),
        Refusal::SubmissionStarted
    );
    world.gateway.cancel(world.account, later).await.unwrap();
    assert_eq!(world.campaign_state(later).await, CampaignState::Cancelled);
    accept_all(&way, &attempts);
    world.reaches(running, CampaignState::Sent).await;
    world.holds_nothing().await;
    world.money(0, 3).await;
    assert_eq!(
        refusal(world.gateway.cancel(world.account, SubmissionId(99)).await),
        Refusal::UnknownSubmission
    );
}

#[tokio::test]
async fn a_deleted_campaign_is_hidden_and_sends_no_more() {
    let world = World::new().await;
    let list = world.list_of(3).await;
    let id = world.start(world.campaign_later(list)).await;
    world.gateway.delete(world.account, id).await.unwrap();
    assert!(
        world
            .gateway
            .submission(world.account, id)
            .await
            .unwrap()
            .deleted
    );
    assert_eq!(
        world
            .gateway
            .submissions(world.account, None, 10)
            .await
            .unwrap()
            .len(),
        0
    );
    assert_eq!(
        refusal(world.gateway.delete(world.account, id).await),
        Refusal::SubmissionDeleted
    );
    world.holds_nothing().await;
    world.money(0, 0).await;
    let other = account(&world.gateway, "other", 0).await;
    assert_eq!(
        refusal(world.gateway.delete(other, id).await),
        Refusal::UnknownSubmission
    );
}

#[tokio::test]
async fn a_paused_campaign_goes_on_where_it_stood() {
    let world = World::new().await;
    let list = world.list_of(3).await;
    let id = world.start(world.campaign_later(list)).await;
    assert!(world.gateway.halt(id, Halt::Paused).await.unwrap());
    assert_eq!(world.campaign_state(id).await, CampaignState::Paused);
    world.clock.advance_ms(2 * HOUR);
    let now = world.send("now").await;
    let way = world.way().await;
    let first = way.take(1).await;
    assert_eq!(first[0].segments[0].1.octets, b"now");
    way.accept(&first[0]);
    world
        .becomes(now, MessageState::Submitted, Reason::None)
        .await;
    assert_eq!(world.campaign_state(id).await, CampaignState::Paused);
    assert!(world.gateway.resume(id).await.unwrap());
    let attempts = way.take(3).await;
    accept_all(&way, &attempts);
    world.reaches(id, CampaignState::Sent).await;
    world.money(0, 4).await;
}

#[tokio::test]
async fn a_campaign_taken_for_spam_ends_and_costs_nothing() {
    let world = World::new().await;
    let list = world.list_of(3).await;
    let id = world.start(world.campaign_later(list)).await;
    assert!(world.gateway.halt(id, Halt::Spam).await.unwrap());
    assert_eq!(world.campaign_state(id).await, CampaignState::Refused);
    world.holds_nothing().await;
    world.money(0, 0).await;
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
async fn a_control_copy_waits_for_a_name_where_only_it_goes() {
    let poland = sms::Country::parse("PL").unwrap();
    let world = World::ruled(SenderRules {
        approval_required: vec![poland],
        approve_at_once: false,
    })
    .await;
    let everywhere = RouteSettings::default();
    let put = world.gateway.put_route("all", "way", &everywhere).await;
    put.unwrap();
    let list = world.list_of(1).await;
    let mut campaign = world.campaign(list);
    campaign.control = Some("48501234567".into());
    world.start(campaign).await;
    let way = world.way().await;
    accept_all(&way, &way.take(1).await);

    // Using the name has put it before the operator of the gateway.
    let names = world.gateway.senders(None, None, 10).await.unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].country, poland);
    let approved = world
        .gateway
        .decide_sender(names[0].id, SenderStatus::Approved, "");
    approved.await.unwrap();
    let copy = way.take(1).await;
    assert_eq!(copy[0].recipient.as_str(), "48501234567");
    accept_all(&way, &copy);
    world.holds_nothing().await;
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
async fn a_control_copy_is_charged_where_the_account_says_so() {
    let world = World::new().await;
    let way = world.way().await;
    let settings = AccountSettings {
        control_copies: ControlCopies::Charged,
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    let list = world.list_of(1).await;
    let mut campaign = world.campaign(list);
    campaign.control = Some("380501112233".into());
    let accepted = world.gateway.submit_campaign(campaign).await.unwrap();
    assert_eq!(accepted.price.micros(), 2 * PRICE);
    accept_all(&way, &way.take(2).await);
    world.holds_nothing().await;
    world.money(0, 2).await;
}

#[tokio::test]
async fn a_suspended_accounts_campaign_waits() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(2).await;
    let id = world.start(world.campaign_later(list)).await;
    let suspend = async |suspended| {
        let settings = AccountSettings::default();
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    world.clock.advance_ms(2 * HOUR);
    eventually("its time has come", async || {
        world.state(id).await.0 == MessageState::Queued
    })
    .await;
    let other = account(&world.gateway, "other", 10 * PRICE).await;
    world
        .gateway
        .submit(request(other, &["380670000009"]))
        .await
        .unwrap();
    assert_eq!(way.take(1).await[0].recipient.as_str(), "380670000009");
    suspend(false).await;
    accept_all(&way, &way.take(2).await);
    world.reaches(id, CampaignState::Sent).await;
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
