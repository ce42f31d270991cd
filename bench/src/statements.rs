//! Pages of an account's statement.

use crate::figures::median;
use crate::payments::SINGLE;
use crate::shape::Pays;
use service::statement::{self, StatementQuery};
use service::{Error, Service};
use std::time::Instant;

/// Milliseconds per statement page of 50 entries, median of 21: the newest page, and the page of a date.
/// Where one account pays or is paid, it is that one: it has an entry for every item.
pub(crate) async fn measure(pays: Pays, service: &Service) -> Result<(f64, f64), Error> {
    let number = match pays {
        Pays::OneToMany | Pays::ManyToOne | Pays::Fx => SINGLE,
        Pays::Random | Pays::Failures => "A000000001",
    };
    let newest = StatementQuery { limit: 50, ..StatementQuery::default() };
    let day = Some("2025-12-31".to_owned());
    let dated = StatementQuery { from: day.clone(), to: day, limit: 50, ..StatementQuery::default() };
    Ok((page_ms(service, number, &newest).await?, page_ms(service, number, &dated).await?))
}

async fn page_ms(service: &Service, number: &str, query: &StatementQuery) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        let page = statement::show(service, &number.into(), query).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        if page.entries.is_empty() {
            return Err(std::io::Error::other("the statement is empty").into());
        }
    }
    Ok(median(times))
}
