import { describe, expect, it } from 'vitest';
import { paths, safeNext } from './paths';

describe('paths', () => {
  it('are stable: people keep links', () => {
    expect([
      paths.home(), paths.signIn('/me'), paths.signIn('/'), paths.setUp(), paths.me('factor'), paths.transfer(),
      paths.transfers({ q: 'a b' }), paths.transferDetail('xfer_1'), paths.accounts({ status: 'frozen', q: '' }),
      paths.account('acct_1'), paths.newBatch(), paths.draft('batch-20261125-004', 'who'), paths.batches({ page: 2 }),
      paths.batch('batch-20261125-003', { tab: 'reasons' }), paths.approvals(), paths.notices(),
      paths.batchRecord('batch-20261125-003'), paths.reports({ by: 'account' }), paths.audit({ subject: 'batch' }),
      paths.settings(), paths.settings('people', 'usr_3'),
    ]).toMatchInlineSnapshot(`
      [
        "/",
        "/sign-in?next=%2Fme",
        "/sign-in",
        "/set-up",
        "/me?tab=factor",
        "/account-transfer",
        "/account-transfer/list?q=a+b",
        "/account-transfer/detail/xfer_1",
        "/account-details?status=frozen",
        "/account-details/acct_1",
        "/batch-transfer",
        "/batch-transfer/draft/batch-20261125-004/who",
        "/batch-transfer/list?page=2",
        "/batch-transfer/detail/batch-20261125-003?tab=reasons",
        "/approvals",
        "/notices",
        "/batch-transfer/record/batch-20261125-003",
        "/reports?by=account",
        "/audit?subject=batch",
        "/settings",
        "/settings/people/usr_3",
      ]
    `);
  });

  it('never lead to another site', () => {
    expect(['//evil.example', '/\\evil', 'https://evil.example', 'javascript:x', null, '/me?tab=a'].map(safeNext)).toEqual([
      '/', '/', '/', '/', '/', '/me?tab=a',
    ]);
  });
});
