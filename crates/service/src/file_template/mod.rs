//! Templates of files: a file to fill in and import, empty or with chosen payees and the amounts of their last payments.
//! Every header is one that the import recognises without a mapping.
//!
//! An empty template has no example row: whatever is below the header would be imported as a payment.

mod chosen;
mod payee;
mod request;
mod saved;
mod write;

use self::payee::TemplatePayee;
use self::request::unfit;
pub use self::request::{
    FileTemplate, FileTemplateForm, FileTemplateKind, FileTemplateRequest, NamedBy, PayeeChoice, ROWS_MAX,
};
use crate::{Error, Service};

/// Makes a template.
///
/// # Errors
/// `FILE_TEMPLATE_UNFIT` if the payees cannot fill one of this type, `BATCH_TEMPLATE_TOO_LARGE` if there are more than
/// [`ROWS_MAX`] of them, and whatever says that one of them does not exist.
pub async fn make(service: &Service, request: &FileTemplateRequest) -> Result<FileTemplate, Error> {
    fits(request)?;
    let payees = match &request.chosen {
        None => Vec::new(),
        Some(chosen) => payees(service, request.kind, chosen).await?,
    };
    let (request, rows, now) = (request.clone(), payees.len(), service.now());
    let name = format!("{}-template.{}", request.kind.name(), request.form.name());
    // A workbook is compressed, which takes a while.
    let writing = tokio::task::spawn_blocking(move || write::write(&request, &payees, now));
    let bytes = writing.await.map_err(std::io::Error::other)??;
    Ok(FileTemplate { name, rows, bytes })
}

async fn payees(
    service: &Service,
    kind: FileTemplateKind,
    chosen: &PayeeChoice,
) -> Result<Vec<TemplatePayee>, Error> {
    let mut tx = service.store.read().await?;
    match chosen {
        PayeeChoice::Accounts(numbers) => chosen::accounts(&mut tx, kind, numbers).await,
        PayeeChoice::Group { group, currency } => chosen::members(&mut tx, kind, group, currency).await,
        PayeeChoice::Saved(id) => saved::of_template(&mut tx, kind, *id).await,
        PayeeChoice::Batch(batch) => saved::of_batch(&mut tx, kind, *batch).await,
    }
}

/// Whether the rows can be what is asked for, as far as that is known without reading anything.
fn fits(request: &FileTemplateRequest) -> Result<(), Error> {
    use FileTemplateKind as K;
    match (request.kind, request.named_by, &request.chosen) {
        (K::Accounts, _, Some(_)) => Err(unfit("accounts to open have no payees", "开户模板没有收款人")),
        (K::Accounts | K::ManyToMany, NamedBy::Person, _) => Err(unfit(
            "only payments with a single account name a person",
            "只有指定单一账户的转账才能按人员填写",
        )),
        (_, NamedBy::Person, Some(_)) => {
            Err(unfit("chosen payees are written with their account numbers", "所选收款人以账号填写"))
        }
        (K::ManyToMany, _, Some(PayeeChoice::Accounts(_) | PayeeChoice::Group { .. })) => Err(unfit(
            "each row needs a payer and a payee, and these are one side",
            "每行须有付款方和收款方，所选账户只是其中一方",
        )),
        _ => Ok(()),
    }
}
