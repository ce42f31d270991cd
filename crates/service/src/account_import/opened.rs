//! What the first commit of a page did, for an attempt that has to do the page again.

use domain::id::AccountId;
use serde::{Deserialize, Serialize};

/// What was committed of a page whose openings may or may not be paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenedPage {
    /// The accounts that it opened: ranges of ids, each with its first and its last.
    opened: Vec<(i64, i64)>,
    /// The accounts that existed and to which it pays an opening.
    paid: Vec<i64>,
}

impl OpenedPage {
    /// With what another attempt opened, and with the accounts that it pays openings to.
    pub(super) fn and(mut self, opened: &[AccountId], paid: impl Iterator<Item = AccountId>) -> Self {
        // A commit draws the ids of the accounts that it opens at once.
        if let (Some(first), Some(last)) = (opened.first(), opened.last()) {
            self.opened.push((first.0, last.0));
        }
        let paid: Vec<i64> =
            paid.filter(|id| !self.has_opened(*id) && !self.pays(*id)).map(|id| id.0).collect();
        self.paid.extend(paid);
        self
    }

    /// Whether it opened an account.
    pub(super) fn has_opened(&self, id: AccountId) -> bool {
        self.opened.iter().any(|(first, last)| (*first..=*last).contains(&id.0))
    }

    /// Whether it pays an opening to an account that existed.
    pub(super) fn pays(&self, id: AccountId) -> bool {
        self.paid.contains(&id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_attempts_did_is_kept() {
        let ids = |ids: &[i64]| ids.iter().copied().map(AccountId).collect::<Vec<_>>();
        let first = OpenedPage::default().and(&ids(&[7, 8, 9]), ids(&[3, 7]).into_iter());
        let both = first.clone().and(&ids(&[12]), ids(&[3, 8, 4]).into_iter());
        assert_eq!(both, OpenedPage { opened: vec![(7, 9), (12, 12)], paid: vec![3, 4] });
        for (id, opened, pays) in
            [(6, false, false), (7, true, false), (12, true, false), (3, false, true), (4, false, true)]
        {
            assert_eq!((both.has_opened(AccountId(id)), both.pays(AccountId(id))), (opened, pays), "{id}");
        }
        assert_eq!(first.and(&[], std::iter::empty()).opened, [(7, 9)]);
    }
}
