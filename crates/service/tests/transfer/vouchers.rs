//! Vouchers are committed or rolled back with their transfer.

use crate::world::{A1, B1, World, actor};
use service::Error;
use service::transfer::{self, AmountInput, TransferDetail, TransferRequest};
use store::StoreError;

fn request(vouchers: &[&str]) -> TransferRequest {
    TransferRequest {
        from: Some(A1.into()),
        to: Some(B1.into()),
        amount: AmountInput::Minor(100),
        vouchers: vouchers.iter().map(|url| (*url).to_owned()).collect(),
        ..TransferRequest::default()
    }
}

async fn transfer(world: &World, vouchers: &[&str]) -> Result<TransferDetail, Error> {
    let made = transfer::create(&world.service, &actor(), &request(vouchers)).await?;
    transfer::made(&world.service, &actor(), made).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_and_its_vouchers_are_written_together_or_not_at_all() {
    let world = World::new().await;
    let before = world.footprint();
    world.break_write("INSERT", "transfer_voucher", "NEW.urls <> ''");
    match transfer(&world, &["/v/1"]).await {
        Err(Error::Store(StoreError::Constraint(text))) => assert!(text.contains("broken"), "{text}"),
        other => panic!("the write did not fail: {other:?}"),
    }
    assert_eq!(world.footprint(), before);
    world.mend("transfer_voucher");

    let made = transfer(&world, &["/v/1", "https://example.com/2"]).await.unwrap();
    assert_eq!(made.vouchers, ["/v/1", "https://example.com/2"]);
    // The details returned by the door equal those read back.
    assert_eq!(transfer::show(&world.service, made.transfer.number.0).await.unwrap(), made);
    transfer(&world, &[]).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM transfer_voucher"), 1);
    assert!(world.run("UPDATE transfer_voucher SET urls = '[]'").is_err());
    world.assert_sound().await;
}
