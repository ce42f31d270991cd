//! Limits on fields, records and memory; and that no input panics.

use std::io::Read;

use proptest::prelude::*;

use super::{Dribble, check, payments, read_with, shown};
use crate::csv_reader::FIELD_MAX;
use crate::payment::PaymentFileOptions;

#[test]
fn texts_and_fields_have_limits() {
    let shown = format!("{}…", "m".repeat(63));
    check(
        format!("account,amount,memo\nA,1,{}", "m".repeat(501)),
        &format!("! 2 memo TEXT_TOO_LONG {shown:?}"),
    );
    let memo = "好".repeat(500);
    check(format!("account,amount,memo\nA,1,{memo}"), &format!("2 \"1\" account=\"A\" memo={memo:?}"));
    check(format!("account,amount,x\nA,1,{}", "m".repeat(FIELD_MAX)), "2 \"1\" account=\"A\"");
    for field in ["m".repeat(FIELD_MAX + 1), format!("\"{}\"", "m".repeat(FIELD_MAX + 1))] {
        let text = format!("account,amount,x\nA,1,{field}\nB,2,");
        check(text, &format!("! 2 x FIELD_TOO_LONG {shown:?}\n3 \"2\" account=\"B\""));
    }
}

#[test]
fn memory_use_is_bounded_whatever_the_input() {
    let huge = std::iter::repeat_n(b'9', 10 << 20);
    for (begin, end, most) in
        [("account,amount\nA,", "\nB,2", 256 << 10), ("account,amount\nA,\"", "\"\nB,2", 256 << 10)]
    {
        let input = begin.bytes().chain(huge.clone()).chain(end.bytes());
        let (rows, problems, capacity) = drain(input);
        assert_eq!((rows, problems), (1, 1));
        assert!(capacity <= most, "{capacity}");
    }
    let wide = std::iter::repeat_n(b"x".repeat(FIELD_MAX - 1).into_iter().chain([b',']), 1_000).flatten();
    let (rows, problems, capacity) = drain("account,amount\n".bytes().chain(wide).chain("\nB,2".bytes()));
    assert_eq!((rows, problems), (1, 1));
    assert!(capacity <= 20 << 20, "{capacity}");
}

fn drain(input: impl Iterator<Item = u8>) -> (usize, usize, usize) {
    let mut reader =
        payments(Bytes(input), &PaymentFileOptions::default()).map_err(|e| e.to_string()).unwrap();
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    while reader.next_page(10, &mut rows, &mut problems).unwrap() {}
    (rows.len(), problems.len(), reader.capacity())
}

/// A file that is never held in memory as a whole.
struct Bytes<I>(I);

impl<I: Iterator<Item = u8>> Read for Bytes<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut count = 0;
        for (slot, byte) in buffer.iter_mut().zip(&mut self.0) {
            *slot = byte;
            count += 1;
        }
        Ok(count)
    }
}

/// Fragments that exercise the edge cases of records.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"account,amount\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"A,1\n".to_vec()),
        Just(vec![0]),
        Just(vec![0xff]),
        Just("\u{feff}".into()),
        Just(vec![b'x'; FIELD_MAX]),
        Just(vec![b','; 200]),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_input_panics_and_read_sizes_do_not_matter(bytes in prop_oneof![pieces(), prop::collection::vec(any::<u8>(), 0..300)], header in any::<bool>()) {
        let begin: &[u8] = if header { b"account,amount\n" } else { b"" };
        let input = [begin, &bytes].concat();
        let whole = shown(read_with(input.as_slice(), &PaymentFileOptions::default(), 1_000));
        let parts = shown(read_with(Dribble(input.as_slice()), &PaymentFileOptions::default(), 3));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn what_the_csv_crate_writes_reads_back(rows in prop::collection::vec(("[a-zA-Z0-9]{1,9}", "[0-9]{1,9}", "[a-z\",\r\n好]{0,20}"), 1..20)) {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["account", "amount", "memo"]).unwrap();
        for (account, amount, memo) in &rows {
            csv.write_record([account, amount, memo]).unwrap();
        }
        let bytes = csv.into_inner().unwrap();
        let mut reader = payments(bytes.as_slice(), &PaymentFileOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        while reader.next_page(7, &mut read, &mut problems).unwrap() {}
        prop_assert_eq!(problems, vec![]);
        let read: Vec<_> = read.into_iter().map(|r| (r.account.unwrap(), r.amount.unwrap(), r.memo.unwrap_or_default())).collect();
        let expected: Vec<_> = rows.into_iter().map(|(a, n, m)| (a, n, m.trim().to_owned())).collect();
        prop_assert_eq!(read, expected);
    }
}
