//! Submissions that are called back, deleted, held up or refused after their acceptance.

use gateway::{AccountSettings, Halt, SubmissionId};
use sms::{CampaignState, MessageState, Reason, Refusal};

use crate::campaigns::accept_all;
use crate::world::{HOUR, PRICE, World, account, eventually, refusal, request};

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
async fn a_submission_is_deleted_in_any_state() {
    let world = World::new().await;
    let way = world.way().await;
    let list = world.list_of(1).await;
    let later = async || world.start(world.campaign_later(list)).await;
    let mut sent = Vec::new();
    for state in [CampaignState::Running, CampaignState::Sent] {
        let id = world.start(world.campaign(list)).await;
        let attempts = way.take(1).await;
        if state == CampaignState::Sent {
            accept_all(&way, &attempts);
            world.reaches(id, state).await;
        }
        sent.push(id);
    }
    let (scheduled, paused, cancelled, spam) =
        (later().await, later().await, later().await, later().await);
    world.gateway.halt(paused, Halt::Paused).await.unwrap();
    world
        .gateway
        .cancel(world.account, cancelled)
        .await
        .unwrap();
    world.gateway.halt(spam, Halt::Spam).await.unwrap();
    let mut test = world.campaign(list);
    test.terms.test = true;
    let test = world.start(test).await;
    way.set_up(false);
    let queued = world.start(world.campaign(list)).await;

    for (id, state) in [
        (sent[0], CampaignState::Queued),
        (sent[1], CampaignState::Sent),
        (scheduled, CampaignState::Scheduled),
        (paused, CampaignState::Paused),
        (cancelled, CampaignState::Cancelled),
        (spam, CampaignState::Refused),
        (test, CampaignState::Test),
        (queued, CampaignState::Queued),
    ] {
        assert_eq!(world.campaign_state(id).await, state);
        world.gateway.delete(world.account, id).await.unwrap();
        let found = world.gateway.submission(world.account, id).await.unwrap();
        assert!(found.deleted, "{state:?}");
    }
    let listed = world.gateway.submissions(world.account, None, 10).await;
    assert_eq!(listed.unwrap().len(), 0);
    // What was handed over when it was deleted is answered for, and charged, as ever.
    world.money(1, 1).await;
}
