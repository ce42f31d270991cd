//! Saving a template: from a batch, or from rows.

use super::content::{are_distinct, audited, of_batch, of_rows};
use super::described::{DescribedTemplate, describe};
use super::lookup::find;
use crate::approval::makers;
use crate::batch::create::{CreateBatch, RateMode, read_batch};
use crate::batch::draft::check_head;
use crate::batch::lookup;
use crate::holder_group;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, visible};
use domain::batch::{BatchMode, BatchType};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::holder_group::HolderGroupRef;
use domain::id::{AccountId, AssetId, BatchId, HolderGroupId, TemplateId};
use domain::noun::NounId;
use domain::text::Text;
use store::Tx;
use store::audit::Actor;
use store::batch_template::{self as stored, BatchTemplate, TemplateItem};
use store::named_lock::{self, NamedLock};

/// What a template is saved from.
#[derive(Debug, Clone)]
pub enum TemplateContent {
    /// A batch's head and its payments, whatever became of them.
    Batch(BatchRef),
    /// A head and rows, whose amounts may be missing. The name is the template's.
    Given(Box<CreateBatch>),
}

/// A template to save.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The group whose members are paid besides.
    pub group: Option<HolderGroupRef>,
    /// The rest.
    pub content: TemplateContent,
}

/// Saves a template; refused if another has a name that reads the same.
pub async fn save(service: &Service, actor: &Actor, new: &NewTemplate) -> Result<DescribedTemplate, Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let about = Fact::new(Action::TemplateSave, None).with("name", new.name.as_str());
    // Rows are read before the transaction: resolving them takes a long time.
    let read = match &new.content {
        TemplateContent::Batch(_) => None,
        TemplateContent::Given(given) => match given_content(service, given).await {
            Ok(read) => Some(read),
            Err(error) => return service.refused(actor, about, error).await,
        },
    };
    let mut write = claimed!(service.write(actor, Action::TemplateSave));
    write.about = about;
    let done = save_in(&mut write, new, read).await;
    write.end(done).await
}

/// What a template takes from a batch or from a request.
struct ReadTemplate {
    kind: BatchType,
    mode: BatchMode,
    asset: AssetId,
    account: Option<AccountId>,
    convert: bool,
    follows_rates: bool,
    allow_repeat: bool,
    remarks: Option<String>,
    items: Vec<TemplateItem>,
    /// The batch that it is taken from.
    from: Option<BatchId>,
}

async fn given_content(service: &Service, given: &CreateBatch) -> Result<ReadTemplate, Error> {
    let read = read_batch(service, given).await?;
    let (_, remarks) = check_head(&given.name, given.remarks.as_deref())?;
    Ok(ReadTemplate {
        kind: given.kind,
        mode: given.mode,
        asset: read.terms.asset.id,
        account: read.terms.single.map(|(account, _)| account).filter(|_| !given.kind.is_outside()),
        convert: given.convert,
        follows_rates: given.rate_mode == Some(RateMode::Follow),
        allow_repeat: given.allow_repeat,
        remarks,
        items: of_rows(&read.accepted.rows),
        from: None,
    })
}

async fn batch_content(tx: &mut Tx, batch: BatchRef) -> Result<ReadTemplate, Error> {
    let found = lookup::find(tx, batch).await?;
    // So that no edit of a draft comes in between its head and its rows.
    let batch = lookup::lock(tx, found.id).await?;
    Ok(ReadTemplate {
        items: of_batch(tx, &batch).await?,
        kind: batch.kind,
        mode: batch.mode,
        asset: batch.asset,
        account: batch.account.filter(|_| !batch.kind.is_outside()),
        convert: batch.convert,
        follows_rates: batch.follows_rates,
        allow_repeat: batch.allow_repeat,
        remarks: batch.remarks,
        from: Some(batch.id),
    })
}

async fn save_in(
    write: &mut Write,
    new: &NewTemplate,
    read: Option<ReadTemplate>,
) -> Result<WriteResult<DescribedTemplate>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Directory).await?;
    let content = match (&new.content, read) {
        (_, Some(read)) => read,
        (TemplateContent::Batch(batch), None) => batch_content(&mut write.tx, *batch).await?,
        (TemplateContent::Given(_), None) => return Err(Code::BatchEmpty.into()),
    };
    are_distinct(&mut write.tx, content.kind, content.allow_repeat, &content.items).await?;
    let holder_group = group_of(&mut write.tx, new.group.as_ref(), content.kind).await?;
    if content.items.is_empty() && holder_group.is_none() {
        return Err(Error::bilingual(
            Code::BatchEmpty,
            "neither relations nor a group".to_owned(),
            "既没有转账，也没有分组".to_owned(),
        ));
    }
    let template = BatchTemplate {
        id: TemplateId(0),
        name: free_name(&mut write.tx, &new.name, None).await?,
        description: description(&new.description)?,
        kind: content.kind,
        mode: content.mode,
        asset: content.asset,
        account: content.account,
        convert: content.convert,
        follows_rates: content.follows_rates,
        allow_repeat: content.allow_repeat,
        remarks: content.remarks,
        holder_group,
        items: 0,
        amount: 0,
        version: 1,
        created_by: write.actor.author.clone(),
        created_at: write.now,
        changed_at: write.now,
    };
    let tx = &mut write.tx;
    let id = stored::insert(tx, &template).await?;
    stored::add_items(tx, id, &content.items).await?;
    if let Some(batch) = content.from {
        stored::used(tx, id, batch).await?;
        let batch = lookup::get(tx, batch).await?;
        if !makers::is_approved(tx, &batch).await? {
            stored::made_by(tx, id, batch.id).await?;
        }
    }
    makers::add_to_template(write, id).await?;
    let tx = &mut write.tx;
    let saved = find(tx, id).await?;
    let fact = Fact::new(Action::TemplateSave, Some(id.0))
        .with("name", saved.name.as_str())
        .with("type", saved.kind.name())
        .with("after", audited(&saved, Some(&content.items)))
        .with("batch", content.from.map(|id| id.0));
    Ok(WriteResult::one(describe(tx, saved).await?, fact))
}

/// A name that no other template has.
pub(super) async fn free_name(tx: &mut Tx, text: &str, own: Option<TemplateId>) -> Result<String, Error> {
    let name = visible(text)?;
    match stored::by_name(tx, &name).await?.filter(|other| Some(other.id) != own) {
        Some(other) => {
            Err(Error::refused(Code::TemplateExists, format!("{} ({})", other.name, other.id.tagged())))
        }
        None => Ok(name),
    }
}

pub(super) fn description(text: &str) -> Result<String, Error> {
    let text = Text::parse(text).map_err(|code| Error::refused(code, "description"))?;
    Ok(text.map(String::from).unwrap_or_default())
}

/// The group whose members a template pays. A deposit or withdrawal has one payment, and a template between many
/// accounts could not say who pays the members.
pub(super) async fn group_of(
    tx: &mut Tx,
    group: Option<&HolderGroupRef>,
    kind: BatchType,
) -> Result<Option<HolderGroupId>, Error> {
    let Some(group) = group else { return Ok(None) };
    match kind {
        BatchType::OneToMany | BatchType::ManyToOne => Ok(Some(holder_group::find(tx, group).await?.id)),
        BatchType::ManyToMany | BatchType::Deposit | BatchType::Withdrawal => {
            Err(Error::refused(Code::TemplateGroupType, kind.name()))
        }
    }
}
