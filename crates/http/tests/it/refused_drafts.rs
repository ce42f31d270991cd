//! More rows of `refusals`: groups, templates, and commands on drafts.

use domain::access::Operation as O;

/// A request that reaches its verb, its JSON body (empty: none), and the action and result of the audit row.
pub const REFUSED_DRAFTS: &[(O, &str, &str, &str, &str)] = &[
    (
        O::HolderGroupAdd,
        "POST /api/v2/holder-groups",
        r#"{"name": "42"}"#,
        "holder_group.add",
        "HOLDER_GROUP_NAME_INVALID",
    ),
    (
        O::HolderGroupChange,
        "PATCH /api/v2/holder-groups/999",
        r#"{"name": "X"}"#,
        "holder_group.change",
        "HOLDER_GROUP_NOT_FOUND",
    ),
    (
        O::HolderGroupRemove,
        "DELETE /api/v2/holder-groups/999",
        "",
        "holder_group.remove",
        "HOLDER_GROUP_NOT_FOUND",
    ),
    (
        O::HolderGroupMembers,
        "POST /api/v2/holder-groups/999/members",
        "{}",
        "holder_group.members",
        "HOLDER_GROUP_NOT_FOUND",
    ),
    (
        O::TemplateSave,
        "POST /api/batch-transfer-templates",
        r#"{"name": "T", "from": "999"}"#,
        "batch_template.save",
        "BATCH_NOT_FOUND",
    ),
    (
        O::TemplateChange,
        "PATCH /api/batch-transfer-templates/999",
        r#"{"name": "T"}"#,
        "batch_template.change",
        "BATCH_TEMPLATE_NOT_FOUND",
    ),
    (
        O::TemplateRemove,
        "DELETE /api/batch-transfer-templates/999",
        "",
        "batch_template.remove",
        "BATCH_TEMPLATE_NOT_FOUND",
    ),
    (
        O::TemplateDraw,
        "POST /api/batch-transfer-templates/999/batches",
        "{}",
        "batch.create",
        "BATCH_TEMPLATE_NOT_FOUND",
    ),
    (
        O::RelationEdit,
        "PATCH /api/batch-transfers/999/relations/1",
        r#"{"memo": "X"}"#,
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::RelationsRemove,
        "POST /api/batch-transfers/999/relations/remove",
        r#"{"all": true}"#,
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::RelationsByFilter,
        "POST /api/batch-transfers/999/relations/by-filter",
        "{}",
        "batch.edit",
        "BATCH_NOT_FOUND",
    ),
    (
        O::BatchVouchersSet,
        "PUT /api/batch-transfers/999/vouchers",
        r#"{"voucherUrl": "/a"}"#,
        "batch.vouchers",
        "BATCH_NOT_FOUND",
    ),
];
