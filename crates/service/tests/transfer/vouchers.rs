//! Vouchers are committed or rolled back with their transfer.

use crate::world::{A1, B1, World, actor};
use service::Error;
use service::transfer::Order;
use store::StoreError;

fn order(vouchers: &[&str]) -> Order {
    Order {
        from: Some(A1.to_owned()),
        to: Some(B1.to_owned()),
        amount: 100,
        vouchers: vouchers.iter().map(|url| (*url).to_owned()).collect(),
        ..Order::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_and_its_vouchers_are_written_together_or_not_at_all() {
    let world = World::new().await;
    let before = world.footprint();
    world.break_write("INSERT", "transfer_voucher", "NEW.urls <> ''");
    match world.service.transfer_order(&actor(), &order(&["/v/1"])).await {
        Err(Error::Store(StoreError::Constraint(text))) => assert!(text.contains("broken"), "{text}"),
        other => panic!("the write did not fail: {other:?}"),
    }
    assert_eq!(world.footprint(), before);
    world.mend("transfer_voucher");

    let made =
        world.service.transfer_order(&actor(), &order(&["/v/1", "https://example.com/2"])).await.unwrap();
    assert_eq!(made.vouchers, ["/v/1", "https://example.com/2"]);
    // The details returned by the door equal those read back.
    assert_eq!(world.service.transfer_detail(made.transfer.number.0).await.unwrap(), made);
    world.service.transfer_order(&actor(), &order(&[])).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM transfer_voucher"), 1);
    assert!(world.run("UPDATE transfer_voucher SET urls = '[]'").is_err());
    world.assert_sound().await;
}
