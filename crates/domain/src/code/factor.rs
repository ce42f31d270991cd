//! Second factors of people and accounts, and the secrets behind them.

/// Passes the rows of this table on; see [`super`].
macro_rules! factor_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Second factors of people.
            320 FactorRequired "AUTH_2FA_REQUIRED" 400 Final "Enter the current code of your authenticator app" "请输入身份验证器当前显示的动态验证码";
            321 TotpNotEnrolled "TOTP_NOT_ENROLLED" 403 Final "This needs a second factor: set up an authenticator app for your user first" "此操作需要双重验证：请先为您的用户绑定身份验证器";
            322 ChallengeInvalid "AUTH_CHALLENGE_INVALID" 401 Final "This sign-in has expired or was tried too often; sign in again" "本次登录已过期或尝试次数过多，请重新登录";
            323 EnrolmentMissing "TOTP_ENROLMENT_MISSING" 409 Final "There is nothing to confirm: no authenticator app is being set up in this session, or it took too long; start again" "没有待确认的绑定：本次会话未开始绑定身份验证器，或已超时；请重新开始";
            324 TotpResetOwn "TOTP_RESET_OWN" 409 Final "You cannot reset your own second factor; remove it with a code, or ask another administrator" "不能重置自己的双重验证；请凭动态验证码解绑，或请其他管理员重置";
            325 UserWithoutTotp "USER_WITHOUT_TOTP" 409 Final "The user has no second factor" "该用户未启用双重验证";
            326 ApproverCooling "APPROVER_COOLING_OFF" 403 Later "You cannot approve yet: your user, role, password or second factor changed recently" "暂时不能审批：您的账号、角色、密码或双重验证近期有变更";
            327 ApproverSponsored "APPROVER_NOT_INDEPENDENT" 403 Final "You cannot approve this: it was made by the administrator who later added you, raised your role, or reset your password or second factor" "不能审批：制单人是此后添加您、提升您的角色或重置您的密码或双重验证的管理员";
            // Second factors of accounts, and secrets.
            340 TotpCodeInvalid "AUTH_2FA_CODE_INVALID" 401 Final "The code is wrong; wait for the next code and enter it, and check that the device's clock is right" "2FA 验证码错误；请等待下一个验证码后输入，并检查设备时间是否准确";
            341 TotpCodeUsed "AUTH_2FA_CODE_USED" 401 Later "The code was already used; each code works once, so wait for the next one" "验证码已被使用；每个验证码仅可使用一次，请等待下一个验证码";
            342 VerificationCodeRequired "VERIFICATION_CODE_REQUIRED" 400 Final "A debited account has a second factor; enter its code, or have the server generate it if that is allowed for the account" "账户已开启2FA，请提供验证码";
            343 MasterKeyMissing "MASTER_KEY_MISSING" 503 Later "The server has no master key, so it can neither read nor store secrets; set the master key and restart the server" "服务器未配置主密钥，无法读取或保存机密；请配置主密钥后重启服务器";
            344 MasterKeyWrong "MASTER_KEY_WRONG" 503 Later "The secret was encrypted under another master key than the server's; start the server with that key, or with both while the key is replaced" "该机密由另一主密钥加密；请使用该主密钥启动服务器，更换主密钥期间请同时提供新旧两个主密钥";
            345 SecretUnreadable "SECRET_UNREADABLE" 409 Final "The stored secret was altered or belongs elsewhere, and cannot be decrypted; set it up again, and verify the ledger" "保存的机密已被更改或不属于此处，无法解密；请重新设置，并核验账本";
            346 AccountTotpBound "ACCOUNT_TOTP_BOUND" 409 Final "The account already has a second factor; unbind it first" "该账户已绑定2FA，请先解绑";
            347 AccountTotpNotBound "ACCOUNT_TOTP_NOT_BOUND" 409 Final "The account has no second factor" "该账户未绑定2FA";
            349 RotationRunning "MASTER_KEY_ROTATING" 409 Later "Another process is encrypting the secrets under the new master key; wait for it to end" "其他进程正在用新主密钥重新加密机密；请等待其完成";
            348 AccountTotpNotBegun "ACCOUNT_TOTP_NOT_BEGUN" 409 Final "There is no new secret to confirm: it was confirmed already, or never requested, or it has expired; request a new one" "没有待确认的密钥：已确认、未申请或已过期；请重新申请";
        }
    };
}

pub(super) use factor_codes;
