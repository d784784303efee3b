mod fixture;
use fixture::*;
use sms::Msisdn;
use std::time::Instant;
use store::campaigns::*;
use store::contacts::*;
use store::queue::*;
use store::submissions::*;
use store::*;
use store_sqlite::{Options, SqliteStore};
#[tokio::test]
async fn measure() {
    let place = tempfile::TempDir::new().unwrap();
    let store = SqliteStore::open(&path(&place), Options::default()).unwrap();
    let (payer, connector) = account(&store).await;
    let list = store.add_list(payer, "a", "", at(0)).await.unwrap();
    let n: u32 = 1_000_000;
    let mut new = submission(payer, connector, 0);
    new.lane = sms::Lane::Bulk;
    new.expansion = Some(NewExpansion {
        list,
        until: ContactId(i64::MAX),
        contacts: n,
        price_micros: i64::from(n) * PRICE,
        options: String::new(),
    });
    let Acceptance::Accepted { submission: id, .. } = store.accept(new).await.unwrap() else {
        panic!()
    };
    let t = Instant::now();
    let mut worst = 0.0f64;
    for s in 0..i64::from(n) / 2000 {
        let mut messages = submission(payer, connector, 2000).messages;
        for (m, i) in messages.iter_mut().zip(s * 2000..) {
            m.recipient = Some(Msisdn::parse(&format!("{}", 380_630_000_000 + i)).unwrap());
        }
        let u = Instant::now();
        let step = Step {
            submission: id,
            after: ContactId(s * 2000),
            reached: ContactId(s * 2000 + 2000),
            last: s == i64::from(n) / 2000 - 1,
            messages,
            at: at(1),
        };
        assert_eq!(store.expand(step).await.unwrap(), Stepped::Written);
        worst = worst.max(u.elapsed().as_secs_f64());
    }
    println!("expand {:?} worst step {worst}", t.elapsed());
    let t = Instant::now();
    store.submission(payer, id).await.unwrap().unwrap();
    println!("tally {:?}", t.elapsed());
    let t = Instant::now();
    store.submissions(payer, None, 100).await.unwrap();
    println!("list {:?}", t.elapsed());
    let t = Instant::now();
    let c = store
        .claim(Claim {
            connector,
            max_segments: 5000,
            turns: [AccountId(0); 3],
            now: at(2),
        })
        .await
        .unwrap();
    println!("claim {} {:?}", c.messages.len(), t.elapsed());
    let t = Instant::now();
    assert_eq!(
        store.cancel(payer, id, at(2)).await.unwrap(),
        Cancellation::Started
    );
    println!("cancel refused {:?}", t.elapsed());
    store
        .recover(connector, DoubtPolicy::Hold, at(3))
        .await
        .unwrap();
    let t = Instant::now();
    println!(
        "delete {:?} {:?}",
        store.delete(payer, id, at(2)).await.unwrap(),
        t.elapsed()
    );
    let t = Instant::now();
    let mut worst = 0.0f64;
    let mut k = 0;
    loop {
        let u = Instant::now();
        let f = store.follow_halts(at(4), 2000).await.unwrap();
        worst = worst.max(u.elapsed().as_secs_f64());
        if f == 0 {
            break;
        }
        k += 1;
        if k == 100 {
            break;
        }
    }
    println!("follow {k} steps {:?} worst {worst}", t.elapsed());
    let t = Instant::now();
    let mut worst = 0.0f64;
    for _ in 0..30 {
        let u = Instant::now();
        let f = store.sweep(at(90_000_000), 0, 5000).await.unwrap();
        worst = worst.max(u.elapsed().as_secs_f64());
        let _ = f;
    }
    println!("sweep 30 {:?} worst {worst}", t.elapsed());
}
