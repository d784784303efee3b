//! What admin commands are given: refused with its reason, or taken with a note.

use super::Shop;
use crate::world::Serve;

#[tokio::test]
async fn only_commands_that_a_gateway_begins_with_make_its_directory() {
    let serve = Serve::new();
    for command in [
        "account list",
        "account top-up shop 5",
        "account change shop --tariff vip",
        "account suspend shop",
        "account resume shop",
        "account credential shop --kind token",
        "account remove-credential shop --kind token --public x",
        "tariff list",
        "tariff remove default",
        "connector list",
        "connector remove operator",
        "route set all --connector operator",
        "route list",
        "route remove all",
        "sender list",
        "sender approve --all",
        "sender deny 1",
        "exchange list",
        "exchange set USD 0.025",
        "exchange remove USD",
        "campaign list",
        "campaign pause 1",
        "campaign resume 1",
        "campaign cancel 1",
        "campaign refuse 1",
    ] {
        let words: Vec<_> = command.split(' ').collect();
        let (success, said) = serve.admin(&words).await;
        assert!(!success, "{command}: {said}");
        assert!(
            said.contains("holds no gateway's data"),
            "{command}: {said}"
        );
        assert!(!serve.data().exists(), "{command}");
    }
    for command in ["account add", "tariff set --default 1"] {
        let serve = Serve::new();
        let mut words: Vec<_> = command.split(' ').collect();
        words.insert(2, "default");
        serve.done(&words).await;
        assert!(serve.data().exists(), "{command}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let shop = Shop::open().await;
    let overlong = "x".repeat(65);
    let set = "connector set polish --address h:1 --system-id s --password p";
    for (command, reason) in [
        (format!("account add {overlong}"), "at most 64 characters"),
        ("account add bell\u{7}".into(), "control characters"),
        ("account add ".into(), "must not be empty"),
        (
            "account add bakery --originator MoreThanEleven".into(),
            "at most 11 characters",
        ),
        (
            "route set all --connector operator --country xx".into(),
            "two-letter code",
        ),
        (format!("{set} --links 65"), "0..=64"),
        (format!("{set} --window 10001"), "1..=10000"),
        (
            format!("{set} --tls --tls-authorities /nowhere.pem"),
            "/nowhere.pem",
        ),
        (
            format!("{set} --tls --tls-authorities /dev/null"),
            "no certificate in PEM",
        ),
        ("tariff set empty".into(), "needs a price"),
        ("sender approve".into(), "<IDS>"),
        ("sender approve 7".into(), "sender name 7"),
        ("sender deny 7".into(), "sender name 7"),
        ("sender list --account nobody".into(), "no account nobody"),
        (
            "sender list --status lost".into(),
            "pending, approved, denied",
        ),
        ("exchange set dollar 1".into(), "currency"),
        ("exchange remove USD".into(), "no rate of USD"),
        ("campaign pause 7".into(), "no campaign 7"),
        ("campaign resume 7".into(), "campaign 7 is not paused"),
        ("campaign cancel 7".into(), "no campaign 7"),
        ("campaign refuse 7".into(), "no campaign 7"),
        ("campaign list --limit 0".into(), "1..=10000"),
    ] {
        let said = shop.refused(&command).await;
        assert!(said.contains(reason), "{command}: {said}");
    }
}

#[tokio::test]
async fn what_may_not_work_is_taken_with_a_note() {
    let shop = Shop::open().await;
    let set = "connector set polish --address 127.0.0.1:1 --system-id s";
    for (command, note) in [
        (
            "account add bakery --tariff vip".to_owned(),
            "no tariff vip yet",
        ),
        (
            "account change shop --tariff vip".into(),
            "no tariff vip yet",
        ),
        (
            "account add kiosk --currency RUB".into(),
            "tariff default is in UAH and the account in RUB",
        ),
        (
            format!("{set} --password longer-than-8"),
            "room for 8 octets",
        ),
        (
            "account credential shop --kind password --public shop --secret longer-than-8".into(),
            "more than 8 octets",
        ),
    ] {
        let said = shop.done(&command).await;
        assert!(said.contains("note: "), "{command}: {said}");
        assert!(said.contains(note), "{command}: {said}");
    }
    let quiet = shop.done(&format!("{set} --password 12345678")).await;
    assert!(!quiet.contains("note"), "{quiet}");
    let made = shop
        .done("account credential shop --kind password --public shop")
        .await;
    assert_eq!(made.split(' ').next().unwrap().len(), 8, "{made}");
    shop.done("route set all --connector operator --country ua")
        .await;
    assert!(shop.done("route list").await.contains("UA"));
}

#[tokio::test]
async fn a_command_that_succeeds_says_what_holds_now() {
    let shop = Shop::open().await;
    for (command, holds) in [
        ("account suspend shop", "account shop is suspended"),
        ("account resume shop", "account shop is active"),
        ("account change shop --credit-limit 5", "limit 5.00 UAH"),
        ("tariff set vip --default 1", "1 UAH a segment"),
        ("tariff remove vip", "tariff vip is removed"),
        ("route remove all", "route all is removed"),
        ("connector remove operator", "connector operator is removed"),
    ] {
        let said = shop.done(command).await;
        assert!(said.contains(holds), "{command}: {said}");
        assert!(said.ends_with("; a running gateway follows within a second\n"));
    }
}
