//! Saved templates of batches.

/// Passes the rows of this table on; see [`super`].
macro_rules! batch_template_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            540 TemplateNotFound "BATCH_TEMPLATE_NOT_FOUND" 404 Final "There is no such template" "转账模板不存在";
            541 TemplateExists "BATCH_TEMPLATE_EXISTS" 409 Final "A template with this name already exists" "同名的转账模板已存在";
            542 TemplateChanged "BATCH_TEMPLATE_CHANGED" 409 Final "The template was changed since you read it; read it again" "模板在您读取后已被修改；请重新读取";
            543 TemplateTooLarge "BATCH_TEMPLATE_TOO_LARGE" 422 Final "A template has at most 50,000 payments, with the members of its group" "模板最多包含50,000笔转账（含分组成员）";
            544 TemplateNotRun "BATCH_TEMPLATE_NOT_RUN" 409 Later "No batch of this template has begun yet; use the saved amounts" "尚无由该模板生成的批次开始执行；请使用保存的金额";
            545 TemplateGroupType "BATCH_TEMPLATE_GROUP_TYPE" 422 Final "Only a template with a single account can pay a group's members" "只有指定单一账户的模板才能向分组成员付款";
            546 TemplateFileUnfit "FILE_TEMPLATE_UNFIT" 422 Final "A file template of this type cannot be filled with these payees; leave them out, or choose the type that fits" "该类型的文件模板无法填入所选收款人；请去掉所选对象，或改用相符的类型";
        }
    };
}

pub(super) use batch_template_codes;
