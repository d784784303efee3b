//! What sending calls lead to, seen through later calls.

use serde_json::{Value, json};

use crate::effects::ask;
use crate::history::Happened;
use crate::world::World;

/// A book of three phones, and money for many messages.
const BOOK: &str =
    "balance 100 UAH, price 0.5, next submission 7, next book 1234, book clients, 3 phones";

const CAMPAIGN: &str = "sender=Info&text=Testing+SMS&list_id=1234";

/// Returns how many messages have left, and the number of the state.
async fn standing(world: &World) -> (u64, u64) {
    let info = ask(world, "getCampaignInfo", "id=7").await;
    let number = |name: &str| info[name].as_u64().expect("a number");
    (number("sent"), number("status"))
}

async fn balance(world: &World) -> Value {
    let balance = ask(world, "getUserBalance", "").await;
    balance["balance_currency"].clone()
}

#[tokio::test]
async fn a_campaign_for_later_waits_for_its_time() {
    let world = World::given(BOOK).await;
    let parameters = format!("{CAMPAIGN}&datetime=2012-05-01+00:20:00");
    ask(&world, "createCampaign", &parameters).await;
    world.goes_on(&Happened::Taken).await;
    assert_eq!(standing(&world).await, (0, 9));
    let cancelled = ask(&world, "cancelCampaign", "id=7").await;
    assert_eq!(cancelled, json!({"successful": 1}));
    assert_eq!(standing(&world).await, (0, 8));
    assert_eq!(balance(&world).await, json!(100.0));
}

#[tokio::test]
async fn a_campaign_in_parts_leaves_part_by_part() {
    let world = World::given(BOOK).await;
    let parameters = format!("{CAMPAIGN}&batch=2&batchinterval=10");
    ask(&world, "createCampaign", &parameters).await;
    world.goes_on(&Happened::Taken).await;
    assert_eq!(standing(&world).await, (2, 2));
    world.minutes_pass(10);
    world.goes_on(&Happened::AllTaken).await;
    assert_eq!(standing(&world).await, (3, 3));
}

#[tokio::test]
async fn a_control_copy_is_neither_charged_nor_counted() {
    let world = World::given(BOOK).await;
    let parameters = format!("{CAMPAIGN}&control_phone=380972920383");
    let sent = ask(&world, "createCampaign", &parameters).await;
    assert_eq!(sent, json!({"id": 7, "price": 1.5}));
    world.goes_on(&Happened::Taken).await;
    assert_eq!(standing(&world).await, (3, 3));
    let stats = ask(&world, "getCampaignDeliveryStats", "id=7").await;
    let phones = json!(["380630000001", "380630000002", "380630000003"]);
    assert_eq!(stats["phone"], phones);
    assert_eq!(balance(&world).await, json!(98.5));
}

#[tokio::test]
async fn a_test_is_priced_and_never_sent() {
    for (facts, parameters) in [
        (BOOK.to_owned(), format!("{CAMPAIGN}&test=1")),
        (
            format!("setting test_mode_counts true, {BOOK}"),
            format!("{CAMPAIGN}&testMode=true"),
        ),
    ] {
        let world = World::given(&facts).await;
        let sent = ask(&world, "createCampaign", &parameters).await;
        assert_eq!(sent, json!({"id": 7, "price": 1.5}), "{parameters}");
        world.goes_on(&Happened::Taken).await;
        assert_eq!(standing(&world).await, (0, 0), "{parameters}");
        assert_eq!(balance(&world).await, json!(100.0), "{parameters}");
    }
}

#[tokio::test]
async fn asking_for_a_price_reserves_nothing() {
    let world = World::given(BOOK).await;
    let phones = "phones=[[\"380972920383\"]]";
    let price = ask(&world, "checkCampaignPrice", CAMPAIGN).await;
    assert_eq!(price, json!({"price": 1.5}));
    let parameters = format!("sender=Info&text=hi&{phones}");
    let price = ask(&world, "checkCampaignPriceGroup", &parameters).await;
    assert_eq!(price, json!({"price": 0.5, "currency": "UAH"}));
    assert_eq!(balance(&world).await, json!(100.0));
    assert_eq!(ask(&world, "getCampaignList", "").await, "350");
}

#[tokio::test]
async fn the_name_of_the_program_is_kept_for_statistics() {
    let world = World::given(BOOK).await;
    for (method, parameters) in [
        ("createCampaign", CAMPAIGN),
        ("sendSMS", "sender=Info&text=hi&phone=380972920383"),
        (
            "sendsmsgroup",
            "sender=Info&text=hi&phones=[[\"380972920383\"]]",
        ),
    ] {
        let parameters = format!("{parameters}&userapp=MyShop");
        let sent = ask(&world, method, &parameters).await;
        let id = sent["id"].as_i64().expect("an id");
        assert_eq!(
            world.source(id).await.as_deref(),
            Some("MyShop"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_deleted_campaign_is_gone_from_every_answer() {
    let world = World::given(BOOK).await;
    ask(&world, "createCampaign", CAMPAIGN).await;
    ask(&world, "deleteCampaign", "id=7").await;
    for (method, parameters, code) in [
        ("getCampaignInfo", "id=7", "311"),
        ("getCampaignDeliveryStats", "id=7", "321"),
        ("getcampaigndeliverystatsgroup", "id=7", "321"),
        ("gettaskinfo", "taskIds=7", "311"),
        ("cancelCampaign", "id=7", "331"),
        ("deleteCampaign", "id=7", "341"),
        ("getCampaignList", "", "350"),
    ] {
        assert_eq!(ask(&world, method, parameters).await, code, "{method}");
    }
}
