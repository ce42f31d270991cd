//! What a caller without permission is told: what the operation asks for, and what the caller has.

use super::{Asker, Audience, Operation, Reach, Role, Scope};
use crate::code::Code;
use crate::refusal::Refusal;

impl Operation {
    /// Like [`Self::allow`], with a refusal that names the role or scope that is missing.
    pub fn admit(self, asker: Asker<'_>) -> Result<Reach, Refusal> {
        self.allow(asker).map_err(|code| match (code, asker) {
            (Code::Forbidden, Asker::Person(role)) => self.not_for_role(role),
            (Code::Forbidden, Asker::Key(scopes)) => self.not_for_key(scopes),
            (other, _) => Refusal::of(other),
        })
    }

    fn not_for_role(self, role: Role) -> Refusal {
        let Audience::Granted { roles, own, .. } = self.audience() else {
            return Refusal::of(Code::Forbidden);
        };
        let asked: Vec<&str> = roles.iter().chain(own).map(|role| role.name()).collect();
        let has = role.name();
        Refusal::bilingual(
            Code::Forbidden,
            format!("this requires the role {}; yours is {has}", one_of(&asked)),
            format!("需要角色 {}；您的角色为 {has}", asked.join(" 或 ")),
        )
    }

    fn not_for_key(self, scopes: &[Scope]) -> Refusal {
        let Audience::Granted { scope: Some(asked), .. } = self.audience() else {
            let (english, chinese) =
                ("no API key may do this; sign in as a person", "API 密钥不得执行此操作，请登录后再试");
            return Refusal::bilingual(Code::Forbidden, english, chinese);
        };
        let has: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
        let (asked, has) = (asked.name(), has.join(", "));
        Refusal::bilingual(
            Code::Forbidden,
            format!("this requires the scope {asked}; this key has {has}"),
            format!("需要权限范围 {asked}；此密钥的权限范围为 {has}"),
        )
    }
}

/// "operator, finance or admin".
fn one_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_is_asked_for_and_what_the_caller_has() {
        let operator = Asker::Person(Role::Operator);
        let reader = Asker::Key(&[Scope::Read, Scope::AuditRead]);
        for (operation, asker, english, chinese) in [
            (
                Operation::BatchExecute,
                operator,
                "this requires the role finance or admin; yours is operator",
                "需要角色 finance 或 admin；您的角色为 operator",
            ),
            (
                Operation::BatchRecall,
                Asker::Person(Role::Auditor),
                "this requires the role operator, finance or admin; yours is auditor",
                "需要角色 operator 或 finance 或 admin；您的角色为 auditor",
            ),
            (
                Operation::BatchExecute,
                reader,
                "this requires the scope batches:execute; this key has read, audit:read",
                "需要权限范围 batches:execute；此密钥的权限范围为 read, audit:read",
            ),
            (
                Operation::BatchApprove,
                reader,
                "no API key may do this; sign in as a person",
                "API 密钥不得执行此操作，请登录后再试",
            ),
            (
                Operation::Me,
                reader,
                "no API key may do this; sign in as a person",
                "API 密钥不得执行此操作，请登录后再试",
            ),
        ] {
            let expected = Refusal::bilingual(Code::Forbidden, english, chinese);
            assert_eq!(operation.admit(asker), Err(expected), "{operation:?}");
        }
        assert_eq!(Operation::BatchExecute.admit(Asker::Anonymous), Err(Refusal::of(Code::AuthRequired)));
        assert_eq!(Operation::BatchExecute.admit(Asker::Person(Role::Finance)), Ok(Reach::All));
    }
}
