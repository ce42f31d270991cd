//! Everything users can read from a ledger, as one text.

use crate::ledger_under_test::Ledger;
use service::statement::{Entry, StatementQuery};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Entries per page: few, so that there are several pages.
const PAGE: i64 = 7;

/// Maps each number to its rank.
struct Ranks(BTreeMap<i64, usize>);

impl Ranks {
    fn of(entries: &[Entry], number: fn(&Entry) -> i64) -> Self {
        let mut numbers: Vec<i64> = entries.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self(numbers.into_iter().zip(1..).collect())
    }
}

impl Ledger {
    /// The statement of every account, including system accounts, by booking and by value date, and the audit
    /// log.
    ///
    /// Posting and transfer ids are replaced by their rank: with a single writer, ids drawn for a rolled-back
    /// write are reused; with several writers they are not.
    pub async fn text(&self) -> String {
        let mut text = String::new();
        let dated = StatementQuery { from: Some("2020-01-01".to_owned()), ..StatementQuery::default() };
        let mut all = Vec::new();
        for (order, query) in [("booking", StatementQuery::default()), ("date", dated)] {
            for number in self.numbers().await {
                let entries = self.entries(&number, &query).await;
                all.push((format!("{number} by {order}"), entries));
            }
        }
        let entries: Vec<Entry> = all.iter().flat_map(|(_, entries)| entries.clone()).collect();
        let postings = Ranks::of(&entries, |entry| entry.posting);
        let transfers = Ranks::of(&entries, |entry| entry.transfer);
        for (title, entries) in all {
            writeln!(text, "{title}").unwrap();
            for e in entries {
                let (posting, transfer) = (postings.0[&e.posting], transfers.0[&e.transfer]);
                writeln!(
                    text,
                    "  posting {posting} transfer {transfer} {} with {}: {} -> {} ({}) on {}, booked {}, {:?}",
                    e.kind.entry_name(e.is_debit),
                    e.other_number,
                    e.balance_before,
                    e.balance_after,
                    e.amount,
                    e.value_date,
                    e.created_at,
                    e.memo
                )
                .unwrap();
            }
        }
        for row in self.audit().await {
            writeln!(text, "{} {} {} {} {}", row.at, row.actor.name, row.action, row.subject, row.result)
                .unwrap();
        }
        text
    }

    async fn entries(&self, number: &str, query: &StatementQuery) -> Vec<Entry> {
        let (mut all, mut query) = (Vec::new(), StatementQuery { limit: PAGE, ..query.clone() });
        loop {
            let page = self.statement(number, &query).await;
            all.extend(page.entries);
            query.cursor = page.cursor;
            if query.cursor.is_none() {
                return all;
            }
        }
    }
}
