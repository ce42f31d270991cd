//! Saved templates, and the drafts made from them.

use super::asset::AssetForm;
use super::author::AuthorForm;
use super::batch::{BatchModeWord, BatchTypeWord};
use super::described::PreparedForm;
use super::form::form;
use super::left_out::LeftOutsForm;
use crate::batch_template::{BatchTemplate, DescribedTemplate, DrawnUp};

form! {
    BatchTemplateForm of BatchTemplate {
        "id" id: i64,
        "name" name: String,
        "description" description: String,
        "type" kind: BatchTypeWord,
        "mode" mode: BatchModeWord,
        "asset" asset: i64,
        "account" account: Option<i64>,
        "convert" convert: bool,
        "follows_rates" follows_rates: bool,
        "allow_repeat" allow_repeat: bool,
        "remarks" remarks: Option<String>,
        "holder_group" holder_group: Option<i64>,
        "items" items: i64,
        "amount" amount: i64,
        "version" version: i64,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
        "changed_at" changed_at: i64,
    }
}

form! {
    DescribedTemplateForm of DescribedTemplate {
        "template" template: BatchTemplateForm,
        "asset" asset: AssetForm,
        "account" account: Option<String>,
        "group" group: Option<String>,
    }
}

form! {
    DrawnUpForm of DrawnUp {
        "prepared" prepared: PreparedForm,
        "left_out" left_out: LeftOutsForm,
    }
}
