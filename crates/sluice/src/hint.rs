//! What a refusal's text leaves to the interface: which command or option helps here.

use crate::say::{Say, say};
use domain::code::Code;

/// The command or option that helps, if one does.
pub(crate) const fn hint(code: Code) -> Option<Say> {
    Some(match code {
        Code::AssetUnknown => {
            say("enable it with `sluice asset add CODE`", "可用 `sluice asset add CODE` 启用")
        }
        Code::BatchSimilar => say(
            "`--without-paid` leaves out what is paid already, `--again REASON` pays it again",
            "可用 `--without-paid` 剔除已支付的部分，或用 `--again REASON` 填写原因后再次支付",
        ),
        Code::ExternalIdUsed => say(
            "`sluice batch retry ID` retries it there, `sluice batch skip ID` skips it there",
            "可在原批次中用 `sluice batch retry ID` 重试，或用 `sluice batch skip ID` 跳过",
        ),
        Code::ColumnUndecided => say(
            "`--map FIELD=HEADER` names its field, `--ignore-column HEADER` sets it aside",
            "可用 `--map FIELD=HEADER` 指明字段，或用 `--ignore-column HEADER` 忽略该列",
        ),
        Code::ProblemsOpen => say(
            "`sluice batch problems ID` lists them, `--leave-problems N` leaves exactly so many unpaid",
            "可用 `sluice batch problems ID` 查看，或用 `--leave-problems N` 确认不付款的准确行数",
        ),
        Code::NumberConfusable => say("`--confusable` confirms it", "可用 `--confusable` 确认"),
        Code::DefaultNeeded => say(
            "`sluice account make-default NUMBER` makes it the default",
            "可用 `sluice account make-default NUMBER` 设为默认账户",
        ),
        Code::RateOutOfBounds => {
            say("`--rate-override REASON` overrides it", "可用 `--rate-override REASON` 附上理由")
        }
        Code::RateChanged => {
            say("`sluice batch reprice ID` reprices it", "可用 `sluice batch reprice ID` 重新定价")
        }
        Code::LedgerMoved => say(
            "`sluice copy --unseal --from PLACE` gives the copy up",
            "可用 `sluice copy --unseal --from PLACE` 放弃迁移",
        ),
        Code::LedgerBehind => say(
            "`sluice accept-loss --reason TEXT` accepts the loss",
            "可用 `sluice accept-loss --reason TEXT` 说明原因后接受损失",
        ),
        Code::CopyUnfinished => {
            say("run the same `sluice copy` command again", "请再次运行同一条 `sluice copy` 命令")
        }
        _ => return None,
    })
}
