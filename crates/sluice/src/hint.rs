//! Command-line hints for refusals: the texts of codes serve every interface and name no command or option.

use crate::say::{Say, say};
use domain::code::Code;

/// The command or option that helps.
const HINTS: &[(Code, Say)] = &[
    (Code::AssetUnknown, say("enable it with `sluice asset add CODE`", "可用 `sluice asset add CODE` 启用")),
    (
        Code::BatchSimilar,
        say(
            "use `--without-paid` to leave out what is already paid, or `--again REASON` to pay it again",
            "可用 `--without-paid` 剔除已支付的部分，或用 `--again REASON` 说明原因并再次支付",
        ),
    ),
    (
        Code::ExternalIdUsed,
        say(
            "use `sluice batch retry ID` or `sluice batch skip ID` on that batch",
            "可对原批次使用 `sluice batch retry ID` 重试，或使用 `sluice batch skip ID` 跳过",
        ),
    ),
    (
        Code::ColumnUndecided,
        say(
            "use `--map FIELD=HEADER` to name its field, or `--ignore-column HEADER` to ignore it",
            "可用 `--map FIELD=HEADER` 指明字段，或用 `--ignore-column HEADER` 忽略该列",
        ),
    ),
    (
        Code::ProblemsOpen,
        say(
            "use `sluice batch problems ID` to list them, or `--leave-problems N` to leave exactly N unpaid",
            "可用 `sluice batch problems ID` 查看，或用 `--leave-problems N` 确认不付款的准确行数",
        ),
    ),
    (Code::AuthRequired, say("use `sluice login LOGIN` first", "请先使用 `sluice login LOGIN`")),
    (Code::NumberConfusable, say("use `--confusable` to confirm it", "可用 `--confusable` 确认")),
    (
        Code::DefaultNeeded,
        say(
            "use `sluice account make-default NUMBER` to change the default",
            "可用 `sluice account make-default NUMBER` 将另一账户设为默认账户",
        ),
    ),
    (
        Code::RateOutOfBounds,
        say(
            "use `--rate-override REASON` to use this rate anyway",
            "可用 `--rate-override REASON` 说明理由并采用该汇率",
        ),
    ),
    (
        Code::BatchNotApproved,
        say(
            "use `sluice approval show ID` to see who may approve it",
            "可用 `sluice approval show ID` 查看可审批人",
        ),
    ),
    (
        Code::RateChanged,
        say("use `sluice batch reprice ID` to reprice it", "可用 `sluice batch reprice ID` 重新定价"),
    ),
    (
        Code::VerificationCodeRequired,
        say(
            "use `--code CODE`, `--code ACCOUNT=CODE` for each account, or `--auto-2fa`",
            "可用 `--code CODE`、为每个账户使用 `--code ACCOUNT=CODE`，或用 `--auto-2fa`",
        ),
    ),
    (
        Code::MasterKeyMissing,
        say(
            "make one with `sluice key new-master FILE` and set master_key_file",
            "可用 `sluice key new-master FILE` 生成，并设置 master_key_file",
        ),
    ),
    (
        Code::LedgerMoved,
        say(
            "use `sluice copy --unseal --from PLACE` to abandon the copy",
            "可用 `sluice copy --unseal --from PLACE` 放弃迁移",
        ),
    ),
    (
        Code::LedgerBehind,
        say(
            "to accept the loss, use `sluice accept-loss --reason TEXT`",
            "如需接受损失，请用 `sluice accept-loss --reason TEXT` 说明原因",
        ),
    ),
    (
        Code::CopyUnfinished,
        say(
            "run the same `sluice copy` command again to continue it",
            "请再次运行同一条 `sluice copy` 命令以继续",
        ),
    ),
];

/// The command or option that helps, if there is one.
pub(crate) fn hint(code: Code) -> Option<Say> {
    HINTS.iter().find(|(refused, _)| *refused == code).map(|(_, hint)| *hint)
}
