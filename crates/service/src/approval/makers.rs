//! Who made a batch: everybody who created, edited, repriced or submitted it, or the template or unapproved batch that its
//! content is from. What an API key made counts as made by the people who know the key's secret too.

use crate::Error;
use crate::factor::cooling::Maker;
use crate::write::Write;
use domain::approval::ApprovalAction;
use domain::id::{BatchId, TemplateId};
use domain::principal::Principal;
use store::Tx;
use store::batch::Batch;
use store::batch_editor::{self, Editor};

/// A caller as the maker of a batch.
pub(crate) struct MakerOf {
    /// What counts as one maker: the person, also for a key that the person made.
    pub name: String,
    /// The people behind the caller.
    pub people: Vec<i64>,
}

/// Records the caller as one of a batch's makers.
pub(crate) async fn add(write: &mut Write, batch: BatchId) -> Result<(), Error> {
    let principal = write.actor.author.principal;
    let people = people(&mut write.tx, principal).await?;
    Ok(batch_editor::add(&mut write.tx, batch, principal, &people, write.now).await?)
}

/// Records the makers of a batch as makers of a draft that takes its content.
pub(crate) async fn inherit(tx: &mut Tx, draft: BatchId, from: &Batch) -> Result<(), Error> {
    if is_approved(tx, from).await? {
        return Ok(());
    }
    Ok(batch_editor::add_those_of(tx, draft, from.id).await?)
}

/// Whether a batch was paid with approvals: its content is then what others have checked, not its makers' own. Otherwise
/// everybody in a small office would soon be a maker of next month's payroll, and nobody could approve it.
pub(crate) async fn is_approved(tx: &mut Tx, batch: &Batch) -> Result<bool, Error> {
    if batch.started_at.is_none() {
        return Ok(false);
    }
    let decisions = store::approval::of_batch(tx, batch.id).await?;
    Ok(decisions.iter().any(|decision| decision.action == ApprovalAction::Approve))
}

/// Records the caller as one of a template's makers, who are makers of every batch that is made from it.
pub(crate) async fn add_to_template(write: &mut Write, template: TemplateId) -> Result<(), Error> {
    let principal = write.actor.author.principal;
    let people = people(&mut write.tx, principal).await?;
    Ok(store::batch_template::edited(&mut write.tx, template, principal, &people, write.now).await?)
}

/// The caller as a maker.
pub(crate) async fn caller(tx: &mut Tx, principal: Principal) -> Result<MakerOf, Error> {
    let name = match principal {
        Principal::User(id) => format!("user:{id}"),
        Principal::Key(id) => match store::api_key::get(tx, id).await?.map(|key| key.created_by.principal) {
            Some(Principal::User(person)) => format!("user:{person}"),
            _ => format!("key:{id}"),
        },
        other => other.kind_name().to_owned(),
    };
    Ok(MakerOf { name, people: people(tx, principal).await? })
}

async fn people(tx: &mut Tx, principal: Principal) -> Result<Vec<i64>, Error> {
    Ok(match principal {
        Principal::User(id) => vec![id],
        Principal::Key(id) => batch_editor::behind_key(tx, id).await?,
        Principal::System | Principal::CommandLine | Principal::Anonymous => Vec::new(),
    })
}

/// The makers of a batch.
pub(crate) async fn of(tx: &mut Tx, batch: BatchId) -> Result<Vec<Editor>, Error> {
    Ok(batch_editor::of_many(tx, vec![batch.0]).await?)
}

/// Whether a person made a batch, or is behind a key that did.
pub(crate) fn include(makers: &[Editor], user: i64) -> bool {
    makers.iter().any(|maker| maker.person == user)
}

/// The makers as principals, with the people behind keys.
pub(crate) fn principals(makers: &[Editor]) -> Vec<Maker> {
    let person = |maker: &Editor| (maker.person != 0).then_some(Principal::User(maker.person));
    let all = |maker: &Editor| {
        let at = maker.at;
        let both = maker.principal().into_iter().chain(person(maker));
        both.map(move |principal| Maker { principal, at }).collect::<Vec<_>>()
    };
    makers.iter().flat_map(all).collect()
}
