//! Files that people send to comparable systems, with the essential bytes of each: what maps, what has to be decided, and
//! what is refused.

use super::{check_any, check_opened, opened, shown};
use crate::open::FileOptions;
use crate::payment::{PaymentField, PaymentFileOptions};

/// Headers mapped and ignored.
fn deciding(map: &[(PaymentField, &str)], ignore: &[&str]) -> PaymentFileOptions {
    let mut options = PaymentFileOptions {
        ignore: ignore.iter().map(|header| (*header).to_owned()).collect(),
        ..PaymentFileOptions::default()
    };
    for (field, header) in map {
        options.map.set(*field, *header);
    }
    options
}

const PH_EE: &str = "id,request_id,payment_mode,payer_identifier_type,payer_identifier,payee_identifier_type,payee_identifier,amount,currency,note\n";

#[test]
fn payments_of_a_payment_hub_are_read_as_they_are() {
    // batchTransaction.csv, bulk_payment.csv, ph-ee-bulk-splitting.csv: no end of line at the end, long numbers.
    check_any(
        format!(
            "{PH_EE}0,ed6b,mojaloop,msisdn,345,msisdn,363,3,USD,Test Payee Payment\n1,25dd,mojaloop,msisdn,346,msisdn,363,2,USD,Test Payee Payment"
        ),
        r#"2 "3" payer="345" payee="363" currency="USD" memo="Test Payee Payment" external_id="ed6b"
           3 "2" payer="346" payee="363" currency="USD" memo="Test Payee Payment" external_id="25dd""#,
    );
    check_any(
        format!(
            "{PH_EE}0,g1e2,closedloop,accountNumber,003001003879112168,accountNumber,400173110196,850,USD,Test Payee Payment\n"
        ),
        r#"2 "850" payer="003001003879112168" payee="400173110196" currency="USD" memo="Test Payee Payment" external_id="g1e2""#,
    );
    // ph-ee-bulk-demo-6.csv: an id twice, which the batch decides. deduplication-test.csv: a payee twice, likewise.
    check_any(
        format!(
            "{PH_EE}0,f1e2,m,n,0030010038791121681,n,0030010038731101961,850,USD,x\n2,f1e2,m,n,0030010038791121683,n,0030010038731101963,850,USD,x\n"
        ),
        r#"2 "850" payer="0030010038791121681" payee="0030010038731101961" currency="USD" memo="x" external_id="f1e2"
           3 "850" payer="0030010038791121683" payee="0030010038731101963" currency="USD" memo="x" external_id="f1e2""#,
    );
    // ph-ee-bulk-demoErrorSync-6.csv: a column under another name that is not read either.
    check_any(
        PH_EE.replace("payment_mode", "paymentmode") + "0,39f6,m,n,835322416,n,27713803912,10,USD,t\n",
        r#"2 "10" payer="835322416" payee="27713803912" currency="USD" memo="t" external_id="39f6""#,
    );
}

#[test]
fn tokens_of_an_airdrop_are_decided_by_the_uploader() {
    let gno = "token_address,receiver,amount\n0x6810e7,0xc9d486,0.0001\n";
    check_any(gno, r#"refused ! 1 - COLUMN_UNDECIDED "token_address""#);
    let aside = deciding(&[], &["token_address", "token_type"]);
    check_opened(gno, &FileOptions::default(), &aside, r#"2 "0.0001" payee="0xc9d486""#);
    let sample = "token_type,token_address,receiver,amount,id\nerc20,0x6810e7,0x1000,0.0001,\nnative,,0x3000,0.0001,\n";
    check_any(sample, r#"refused ! 1 - COLUMN_UNDECIDED "token_type, token_address""#);
    check_opened(
        sample,
        &FileOptions::default(),
        &aside,
        "2 \"0.0001\" payee=\"0x1000\"\n3 \"0.0001\" payee=\"0x3000\"",
    );
    // rinkeby-mixed.csv: rows of different lengths under one header.
    let mixed =
        "token_type,token_address,receiver,value,id\nerc1155,0xa637,0x79BD,69,1\nerc20,0xd0da,0x79BD,0.5\n";
    check_opened(
        mixed,
        &FileOptions::default(),
        &aside,
        "2 \"69\" payee=\"0x79BD\"\n! 3 - FIELD_COUNT \"4 / 5\"",
    );
}

#[test]
fn templates_of_a_disbursement_platform_say_what_to_delete() {
    // EMAIL.csv: a row of instructions under the header.
    let email = "email,id,amount,paymentID\n\"--- Below are EXAMPLE rows.\",\"Please DELETE these rows before uploading your actual data ---\",,\nfoo@test.com,4ba1,520,PAY_01";
    check_any(
        email,
        r#"! 2 amount AMOUNT_MISSING ""
           3 "520" email="foo@test.com" external_id="PAY_01""#,
    );
    // EMAIL_AND_WALLET_ADDRESS.csv: the wallet is a proposal.
    let wallet = "email,walletAddress,walletAddressMemo,id,amount,paymentID\nfoo@test.com,GCBGRAR...X23U,12345678,4ba1,520,PAY_01\n";
    check_any(wallet, r#"2 "520" email="foo@test.com" external_id="PAY_01""#);
    check_opened(
        wallet,
        &FileOptions::default(),
        &deciding(&[(PaymentField::Account, "walletAddress")], &[]),
        r#"2 "520" account="GCBGRAR...X23U" email="foo@test.com" external_id="PAY_01""#,
    );
    // PHONE_NUMBER.csv and sample-disbursement.csv: a phone is no payee until it is mapped.
    let phone = "phone,id,amount,paymentID\n+1604xxxx,4ba1,520,PAY_01";
    check_any(
        phone,
        r#"refused ! 1 payee / payer / account / email / uid COLUMN_MISSING "phone, id, amount, paymentID""#,
    );
    let by_phone = deciding(&[(PaymentField::Uid, "phone")], &[]);
    check_opened(
        phone,
        &FileOptions::default(),
        &by_phone,
        r#"2 "520" uid="+1604xxxx" external_id="PAY_01""#,
    );
    let sample = "phone,id,amount,verification\n+13163955627,4ba1,.1,1987-12-01\n";
    check_opened(sample, &FileOptions::default(), &by_phone, r#"2 ".1" uid="+13163955627""#);
}

/// The outcome of each file as a whole, where the files are there: they are not part of the repository.
#[test]
fn the_files_themselves_have_the_stated_outcome() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    for (name, first) in [
        ("ph-ee/batchTransaction.csv", "2 \"3\" payer=\"345\""),
        ("ph-ee/bulk_payment.csv", "2 \"850\" payer=\"003001003879112168\""),
        ("ph-ee/deduplication-test.csv", "2 \"10\" payer=\"835322416\""),
        ("ph-ee/ph-ee-bulk-demo-6.csv", "2 \"850\" payer=\"0030010038791121681\""),
        ("ph-ee/ph-ee-bulk-demoErrorSync-6.csv", "2 \"10\" payer=\"835322416\""),
        ("ph-ee/ph-ee-bulk-splitting.csv", "2 \"850\" payer=\"003001003879112168\""),
        ("safe-airdrop/mainnet-gno-dai.csv", "refused ! 1 - COLUMN_UNDECIDED \"token_address\""),
        ("safe-airdrop/rinkeby-mixed.csv", "refused ! 1 - COLUMN_UNDECIDED \"token_type, token_address\""),
        ("safe-airdrop/sample.csv", "refused ! 1 - COLUMN_UNDECIDED \"token_type, token_address\""),
        ("sdp/EMAIL.csv", "! 2 amount AMOUNT_MISSING"),
        ("sdp/EMAIL_AND_WALLET_ADDRESS.csv", "! 2 - FIELD_COUNT \"4 / 6\""),
        ("sdp/PHONE_NUMBER.csv", "refused ! 1 payee / payer / account / email / uid COLUMN_MISSING"),
        ("sdp/sample-disbursement.csv", "refused ! 1 payee / payer / account / email / uid COLUMN_MISSING"),
    ] {
        let Ok(bytes) = std::fs::read(format!("{folder}/{name}")) else { continue };
        let read = shown(opened(bytes, &FileOptions::default(), &PaymentFileOptions::default()));
        assert!(read.starts_with(first), "{name}: {read}");
        let problems = read.lines().filter(|line| line.starts_with('!')).count();
        assert_eq!(problems, usize::from(first.starts_with('!')), "{name}: {read}");
    }
}
