//! What the benchmark can measure, by name.
//!
//! To add a shape: a variant here with its name, its place in [`Shape::ALL`], and its arm in `run`.

/// How many batches there are where the first is compared with the last.
pub(crate) const TEN: u32 = 10;

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One payer, as many payees as items, in shuffled order.
    OneToMany,
    /// Payers and payees drawn from 100,000 accounts (or a tenth of the items, if that is less).
    Random,
    /// As many payers as items, in shuffled order, and one payee.
    ManyToOne,
    /// Like `Random`, but every twentieth item fails because its payer has no money.
    Failures,
    /// One payer, as many payees as items, each paid in another currency.
    Fx,
    /// Ten batches one to many in one ledger: the first, the fifth and the tenth are compared.
    TenOneToMany,
    /// Ten random batches in one ledger, each on a day of its own.
    TenRandom,
    /// The import of a file with six columns, in shuffled order.
    Import,
    /// Single transfers by 100 callers at a time.
    Singles,
    /// The same while a batch runs.
    SinglesBesideBatch,
    /// The report of a day and of a month in a ledger of ten batches.
    Report,
    /// Two workers that run two batches on one server.
    TwoNodes,
}

/// Who pays whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pays {
    OneToMany,
    Random,
    ManyToOne,
    Failures,
    Fx,
}

impl Shape {
    /// Every shape, in the order in which they are measured.
    pub const ALL: [Self; 12] = [
        Self::OneToMany,
        Self::Random,
        Self::ManyToOne,
        Self::Failures,
        Self::Fx,
        Self::TenOneToMany,
        Self::TenRandom,
        Self::Import,
        Self::Singles,
        Self::SinglesBesideBatch,
        Self::Report,
        Self::TwoNodes,
    ];

    /// The name in the report and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneToMany => "one_to_many",
            Self::Random => "random",
            Self::ManyToOne => "many_to_one",
            Self::Failures => "failures",
            Self::Fx => "fx",
            Self::TenOneToMany => "ten_one_to_many",
            Self::TenRandom => "ten_random",
            Self::Import => "import",
            Self::Singles => "singles",
            Self::SinglesBesideBatch => "singles_beside_batch",
            Self::Report => "report",
            Self::TwoNodes => "two_nodes",
        }
    }

    /// The shape with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    /// Who pays whom in its batches. Where the batch is not what is measured, it is a random one, so that both
    /// sides of its payments are read and written.
    pub(crate) const fn pays(self) -> Pays {
        match self {
            Self::OneToMany | Self::TenOneToMany | Self::Import | Self::TwoNodes => Pays::OneToMany,
            Self::Random | Self::TenRandom | Self::Singles | Self::SinglesBesideBatch | Self::Report => {
                Pays::Random
            }
            Self::ManyToOne => Pays::ManyToOne,
            Self::Failures => Pays::Failures,
            Self::Fx => Pays::Fx,
        }
    }

    /// How many batches run one after another in the ledger, if the caller wants this many.
    pub(crate) const fn rounds(self, wanted: u32) -> u32 {
        match self {
            Self::TenOneToMany | Self::TenRandom | Self::Report => TEN,
            Self::OneToMany
            | Self::Random
            | Self::ManyToOne
            | Self::Failures
            | Self::Fx
            | Self::Import
            | Self::Singles
            | Self::SinglesBesideBatch
            | Self::TwoNodes => wanted,
        }
    }

    /// Whether each of its batches runs on a day of its own.
    pub(crate) const fn has_days(self) -> bool {
        matches!(self, Self::TenRandom | Self::Report)
    }
}
