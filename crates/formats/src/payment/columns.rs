//! The columns of a payment file and the names they are recognised by, in English and Chinese.

use crate::layout::{Column, Holds, Layout, fold};

/// A column of a payment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentField {
    /// The account that pays.
    Payer,
    /// The account that is paid.
    Payee,
    /// An account that the file does not mark as payer or payee.
    Account,
    /// The counterparty's email.
    Email,
    /// The counterparty's uid.
    Uid,
    /// The amount.
    Amount,
    /// The row's share of a total.
    Ratio,
    /// The currency code.
    Currency,
    /// What the payment is for.
    Memo,
    /// Free text for the payee; may repeat.
    Reference,
    /// The uploader's unique id for this payment.
    ExternalId,
    /// The key of the refused row that this row corrects, in a repair file.
    RowKey,
}

impl PaymentField {
    /// Every field, in the order of [`COLUMNS`].
    pub const ALL: [Self; 12] = [
        Self::Payer,
        Self::Payee,
        Self::Account,
        Self::Email,
        Self::Uid,
        Self::Amount,
        Self::Ratio,
        Self::Currency,
        Self::Memo,
        Self::Reference,
        Self::ExternalId,
        Self::RowKey,
    ];

    /// The field with this name or synonym.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let folded = fold(name);
        let is = |column: &Column| fold(column.name) == folded || column.is(&folded);
        COLUMNS.iter().position(is).and_then(|place| Self::ALL.get(place).copied())
    }
}

/// The columns of a payment file. `value` means the amount; a date column has `date` in its name.
pub const COLUMNS: &[Column] = &[
    Column {
        name: "payer",
        holds: Holds::Account,
        synonyms: &[
            "payeraccount",
            "payeraccountnumber",
            "payeridentifier",
            "source",
            "sourceaccount",
            "sourceaccountid",
            "sourceaccountnumber",
            "from",
            "fromaccount",
            "debitaccount",
            "debtoraccount",
            "senderaccount",
            "付款账号",
            "付款账户",
            "付款人账号",
            "付款人账户",
            "付款方账号",
            "付款方账户",
            "转出账户",
            "转出账号",
            "扣款账号",
            "扣款账户",
            "源账户",
        ],
        proposed: &["sender", "debtor", "付款人", "付款方"],
    },
    Column {
        name: "payee",
        holds: Holds::Account,
        synonyms: &[
            "payeeaccount",
            "payeeaccountnumber",
            "payeeidentifier",
            "target",
            "targetaccount",
            "targetaccountid",
            "targetaccountnumber",
            "to",
            "toaccount",
            "receiver",
            "receiveraccount",
            "recipient",
            "recipientaccount",
            "beneficiary",
            "beneficiaryaccount",
            "creditaccount",
            "creditoraccount",
            "destinationaccount",
            "收款账号",
            "收款账户",
            "收款人账号",
            "收款人账户",
            "收款方账号",
            "收款方账户",
            "转入账户",
            "转入账号",
            "目标账户",
            "目标账号",
        ],
        proposed: &["creditor", "destination", "收款人", "收款方"],
    },
    Column {
        name: "account",
        holds: Holds::Account,
        synonyms: &[
            "accountnumber",
            "accountno",
            "accountid",
            "counterparty",
            "counterpartyaccount",
            "账号",
            "账户",
            "账户号",
            "对方账号",
            "对方账户",
        ],
        proposed: &["iban", "bankaccount", "cardnumber", "walletaddress", "银行账号", "银行卡号", "卡号"],
    },
    Column {
        name: "email",
        holds: Holds::Identifier,
        synonyms: &[
            "emailaddress",
            "mail",
            "payeeemail",
            "payeremail",
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "收款人邮箱",
            "付款人邮箱",
        ],
        proposed: &[],
    },
    Column {
        name: "uid",
        holds: Holds::Identifier,
        synonyms: &["userid", "payeeuid", "payeruid", "用户id", "用户编号"],
        proposed: &[
            "employeeno",
            "employeeid",
            "staffno",
            "phone",
            "phonenumber",
            "mobile",
            "工号",
            "员工编号",
            "手机",
            "手机号",
        ],
    },
    Column {
        name: "amount",
        holds: Holds::Number,
        synonyms: &["value", "transferamount", "paymentamount", "金额", "转账金额", "付款金额", "支付金额"],
        proposed: &[
            "sum",
            "total",
            "net",
            "netpay",
            "pay",
            "salary",
            "wage",
            "wages",
            "工资",
            "实发",
            "实发工资",
            "应发工资",
            "薪资",
        ],
    },
    Column {
        name: "ratio",
        holds: Holds::Number,
        synonyms: &["weight", "比例", "权重"],
        proposed: &["share", "percent", "份额", "占比"],
    },
    Column {
        name: "currency",
        holds: Holds::Word,
        synonyms: &["ccy", "currencycode", "币种", "币种代码", "货币", "货币代码"],
        proposed: &[],
    },
    Column {
        name: "memo",
        holds: Holds::Text,
        synonyms: &["note", "notes", "remark", "remarks", "description", "备注", "附言", "摘要", "用途"],
        proposed: &[],
    },
    Column { name: "reference", holds: Holds::Text, synonyms: &["ref", "参考号"], proposed: &[] },
    Column {
        name: "external_id",
        holds: Holds::Identifier,
        synonyms: &["externalid", "requestid", "paymentid", "clientref", "endtoendid", "外部编号", "业务号"],
        proposed: &[
            "serial",
            "serialno",
            "serialnumber",
            "seq",
            "seqno",
            "sequence",
            "sequenceno",
            "序号",
            "流水号",
            "流水",
        ],
    },
    Column { name: "sluice_row", holds: Holds::Word, synonyms: &["sluicerow"], proposed: &[] },
];

const COUNTERPARTY: &[usize] = &[
    PaymentField::Payee as usize,
    PaymentField::Payer as usize,
    PaymentField::Account as usize,
    PaymentField::Email as usize,
    PaymentField::Uid as usize,
];

/// Every row has an amount.
pub(super) const WITH_AMOUNTS: Layout =
    Layout { columns: COLUMNS, required: &[&[PaymentField::Amount as usize], COUNTERPARTY] };

/// Amounts are entered later.
pub(crate) const WITHOUT_AMOUNTS: Layout = Layout { columns: COLUMNS, required: &[COUNTERPARTY] };
