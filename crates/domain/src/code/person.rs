//! People, sessions and API keys.

/// Passes the rows of this table on; see [`super`].
macro_rules! person_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            120 AuthRequired "AUTH_REQUIRED" 401 Final "Sign in, or send an API key" "请先登录或提供 API 密钥";
            121 LoginFailed "AUTH_LOGIN_FAILED" 401 Final "Wrong login or password" "登录名或密码错误";
            122 Forbidden "FORBIDDEN" 403 Final "Your role or key does not allow this" "您的角色或密钥无权执行此操作";
            123 LoginThrottled "AUTH_TOO_MANY_ATTEMPTS" 429 Later "Too many failed attempts; wait and try again" "失败次数过多，请稍后再试";
            124 PasswordWeak "PASSWORD_WEAK" 422 Final "Choose a password of 12 to 256 characters that is hard to guess and does not contain your name" "密码须为12至256个字符，不易被猜到，且不包含您的名字";
            125 PasswordWrong "PASSWORD_WRONG" 422 Final "The current password is wrong" "当前密码不正确";
            126 UserNotFound "USER_NOT_FOUND" 404 Final "There is no such user" "用户不存在";
            127 UserExists "USER_EXISTS" 409 Final "A user with this login already exists" "该登录名已存在";
            128 LoginInvalid "LOGIN_INVALID" 422 Final "A login must be 2 to 100 characters: letters, digits or . _ - @ +" "登录名须为2至100个字符，只能使用字母、数字或 . _ - @ +";
            145 LoginReserved "LOGIN_RESERVED" 422 Final "The logins system, anonymous, unknown and cli are reserved; choose another login" "登录名 system、anonymous、unknown 和 cli 为系统保留，请换一个登录名";
            129 LastAdmin "LAST_ADMIN" 409 Final "This is the last administrator who can sign in" "这是最后一位可登录的管理员";
            130 InvitationInvalid "INVITATION_INVALID" 422 Final "The link is no longer valid; ask for a new one" "链接已失效，请重新申请";
            131 SessionNotFound "SESSION_NOT_FOUND" 404 Final "You have no such session" "您没有该会话";
            310 KeyEnded "API_KEY_ENDED" 409 Final "The API key was revoked or has expired; create a new one" "API 密钥已吊销或已过期；请创建新密钥";
            132 KeyNotFound "API_KEY_NOT_FOUND" 404 Final "There is no such API key" "API 密钥不存在";
            133 ScopeInvalid "SCOPE_INVALID" 422 Final "An API key needs at least one scope, and only known scopes" "密钥须至少包含一个权限范围，且只能使用已知的权限范围";
            134 AddressInvalid "ADDRESS_INVALID" 422 Final "Write the address as 203.0.113.7 or 203.0.113.0/24" "地址格式应为 203.0.113.7 或 203.0.113.0/24";
            135 SetUpDone "SETUP_DONE" 409 Final "Users already exist; ask an administrator" "系统已有用户，请联系管理员";
            136 TimeInvalid "TIME_INVALID" 422 Final "Write the time as 2026-01-31T09:00:00Z; it must be in the future" "时间格式应为 2026-01-31T09:00:00Z，且须晚于当前时间";
            137 NameTaken "NAME_TAKEN" 409 Final "The name is already in use" "该名称已被使用";
            138 UserDisabled "USER_DISABLED" 409 Final "The user is disabled; enable the user first" "该用户已停用，请先启用";
        }
    };
}

pub(super) use person_codes;
