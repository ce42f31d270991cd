//! What a refusal's text leaves to the interface: which command or option helps here.

use crate::say::{Say, say};
use domain::code::Code;

/// The command or option that helps, if one does.
pub(crate) const fn hint(code: Code) -> Option<Say> {
    Some(match code {
        Code::AssetUnknown => {
            say("enable it with `sluice asset add CODE`", "可用 `sluice asset add CODE` 启用")
        }
        Code::FileSeen => say("`--again` takes it all the same", "加上 `--again` 可再次导入"),
        Code::LedgerMoved => say(
            "`sluice copy --unseal --from PLACE` gives the copy up",
            "可用 `sluice copy --unseal --from PLACE` 放弃迁移",
        ),
        Code::CopyUnfinished => {
            say("run the same `sluice copy` command again", "请再次运行同一条 `sluice copy` 命令")
        }
        _ => return None,
    })
}
