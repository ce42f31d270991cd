//! The benchmark (docs/guide/performance.md): imports and runs with every check on, fees, limits and audit
//! included, and an fsync per chunk. The same run also measures the floor: the same rows inserted bare. Compare
//! ratios within one run; absolute times depend on the machine.
//!
//! Each shape has a ledger of its own, except that the report is made in the ledger of the ten random batches.
#![expect(clippy::cast_precision_loss, reason = "speeds and shares for a report, not money")]

mod figures;
mod floor;
mod imports;
mod input;
mod ledger;
mod machine;
mod nodes;
mod options;
mod payments;
mod place;
mod probe;
mod shape;
mod singles;
mod statements;
mod ten;
#[cfg(test)]
mod tests;
mod work;

pub use options::{BenchOptions, RoundSpeed, Step, WindowSpeed};
pub use shape::Shape;

use serde_json::{Value as Json, json};
use service::Error;

/// Runs the shapes and returns the report; `say` is called after each step. What has items is in `shapes`,
/// the rest in `others`.
pub async fn run(options: &BenchOptions, mut say: impl FnMut(Step)) -> Result<Json, Error> {
    let (mut shapes, mut others, mut two_nodes) = (Vec::new(), Vec::new(), None);
    let (engine, version) = place::engine(options).await?;
    for shape in Shape::ALL.into_iter().filter(|shape| options.wants(*shape)) {
        match shape {
            Shape::OneToMany
            | Shape::Random
            | Shape::ManyToOne
            | Shape::Failures
            | Shape::Fx
            | Shape::TenOneToMany => shapes.push(work::measure(shape, options, &mut say).await?),
            Shape::TenRandom => {
                let measured = ten::measure(options, &mut say).await?;
                shapes.push(measured.batches);
                if options.wants(Shape::Report) {
                    others.push(measured.report);
                }
            }
            Shape::Import => shapes.push(imports::measure(options, &mut say).await?),
            Shape::Singles | Shape::SinglesBesideBatch => {
                others.push(singles::measure(shape, options, &mut say).await?);
            }
            // Its ledger is the one of the ten random batches.
            Shape::Report if options.wants(Shape::TenRandom) => {}
            Shape::Report => others.push(ten::measure(options, &mut say).await?.report),
            Shape::TwoNodes => two_nodes = Some(nodes::measure(options, &mut say).await?),
        }
    }
    Ok(json!({
        "items": options.items,
        "rounds": options.rounds,
        "chunk_items": options.chunk_items,
        "engine": engine,
        "engine_version": version,
        "cores": machine::cores(),
        "shapes": shapes,
        "others": others,
        "two_nodes": two_nodes,
    }))
}
