import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { nextCode, noFaults, openWindow, signIn, startStage, type Stage } from './browser';
import { makeBatch, requireApproval } from './world.mjs';

async function choose(page: Page, field: string, account: string): Promise<void> {
  await page.getByLabel(field, { exact: true }).click();
  await page.keyboard.type(account);
  await page.locator('.ant-select-item-option').filter({ hasText: account }).first().click();
}

describe('money', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 2500, fund: '9000000.00' });
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  const transfers = async () => {
    const session = await stage.world.as('check');
    return ((await session.call('GET', '/api/v2/account-transfers?kind=transfer&pageSize=200')) as { memo: string | null }[]).map((transfer) => transfer.memo);
  };

  it('accounts are found by the address, and the last of 2,501 is reached', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'watch');
    await page.goto('/account-details?q=P00777');
    await page.getByRole('row', { name: /EMP-00777/ }).waitFor();
    await page.goto('/account-details');
    await page.getByRole('row', { name: /EMP-00001/ }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: /MAIN/ }).waitFor();
    await page.context().close();
  });

  it('a double click sends one transfer', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/account-transfer');
    await choose(page, 'From', 'MAIN');
    await choose(page, 'To', 'EMP-00007');
    await page.getByLabel('Send', { exact: true }).fill('1250.50');
    await page.getByLabel('Memo').fill('double click');
    await page.getByRole('button', { name: 'Send 1,250.50 USD…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 1,250.50 USD' }).dblclick();
    await page.waitForURL(/detail\/xfer_/);
    await page.getByText('MAIN · Sent').waitFor();
    expect((await transfers()).filter((memo) => memo === 'double click')).toHaveLength(1);
    await page.context().close();
  });

  it('an answer that is dropped is asked for again under the same key: one transfer', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/account-transfer');
    await choose(page, 'From', 'MAIN');
    await choose(page, 'To', 'EMP-00008');
    await page.getByLabel('Send', { exact: true }).fill('7');
    await page.getByLabel('Memo').fill('dropped');
    await page.getByRole('button', { name: 'Send 7.00 USD…' }).click();
    stage.drop.add('/api/v2/account-transfers');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send 7.00 USD' }).click();
    await dialog.getByText('Outcome not confirmed yet.').waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.waitForURL(/detail\/xfer_/);
    expect((await transfers()).filter((memo) => memo === 'dropped')).toHaveLength(1);
    await page.context().close();
  });

  it('the wizard splits with a remainder, saves itself, survives a reload, and sends', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/batch-transfer');
    await page.getByRole('button', { name: 'Pick accounts' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Bonus');
    await choose(page, 'Source account', 'MAIN');
    const available = page.getByRole('grid', { name: 'Available target accounts' });
    for (const number of ['EMP-00003', 'EMP-00007', 'EMP-00011']) await available.getByRole('row', { name: number }).click();
    await page.reload();
    await page.getByRole('grid', { name: 'Selected target accounts' }).getByRole('row', { name: /EMP-00011/ }).waitFor();
    await page.getByRole('button', { name: 'Next: Amounts' }).click();
    await page.getByLabel('Total', { exact: true }).fill('100');
    await page.getByText('33.33 each.').waitFor();
    await page.getByText(/^Saved/).waitFor();
    await page.waitForURL(/draft\/batch-/);
    await page.getByRole('button', { name: 'Next: Review' }).click();
    await page.getByRole('row', { name: /EMP-00003.*33\.34/ }).waitFor();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 100.00 USD' }).dblclick();
    await page.waitForURL(/detail\/batch-/);
    await page.getByText('Completed').first().waitFor();
    await page.getByText('3 of 3 items').waitFor();
    await page.context().close();
  });

  it('all matching accounts are added at once, some removed, and the change undone', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/batch-transfer');
    await page.getByRole('button', { name: 'Pick accounts' }).click();
    await choose(page, 'Source account', 'MAIN');
    await page.getByRole('button', { name: 'Add all 2,501 matching' }).click();
    await page.getByRole('heading', { name: 'Selected target accounts 2500' }).waitFor();
    await page.getByLabel('Search selected').fill('EMP-0100');
    await page.getByRole('button', { name: 'Remove 10 found' }).click();
    await page.getByRole('heading', { name: 'Selected target accounts 2490' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByRole('heading', { name: 'Selected target accounts 2500' }).waitFor();
    await page.context().close();
  });

  it('two people on one draft: the second is asked whose version stays', async () => {
    const { batchNumber } = (await makeBatch(await stage.world.as('check'), { name: 'Shared', draft: true })) as { batchNumber: string };
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto(`/batch-transfer/draft/${batchNumber}/who`);
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await (await stage.world.as('check')).call('PATCH', `/api/batch-transfers/${batchNumber}`, { name: 'Theirs' });
    await page.getByRole('textbox', { name: 'Name' }).fill('Mine');
    await page.getByText('check changed this draft meanwhile.').waitFor();
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await page.getByRole('heading', { name: 'Theirs' }).waitFor();
    await page.context().close();
  });

  it('a batch is watched live to its end without a shift, then its failures are retried', async () => {
    const check = await stage.world.as('check');
    const { batchNumber } = (await makeBatch(check, { name: 'Payday', payees: 2400, amount: '2.00' })) as { batchNumber: string };
    const account = ((await check.call('GET', '/api/v2/accounts?text=EMP-00005')) as { id: string }[])[0]?.id ?? '';
    await check.call('POST', `/api/v2/accounts/${account}/freeze`, {});
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto(`/batch-transfer/detail/${batchNumber}`);
    await page.getByRole('row', { name: /EMP-00001/ }).waitFor();
    await page.evaluate(() => {
      const counted = window as unknown as { shift: number };
      counted.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) if (!entry.hadRecentInput) counted.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: false });
    });
    await page.getByRole('button', { name: 'Send…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 of 2,400 items would fail if sent now.').waitFor();
    await dialog.getByRole('button', { name: 'Send 4,800.00 USD' }).click();
    await page.getByText('Partially completed').first().waitFor();
    await page.getByText('2,400 of 2,400 items').waitFor();
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.1);
    await page.getByRole('button', { name: 'Reasons' }).click();
    await page.getByText('The target account is frozen').waitFor();
    await check.call('POST', `/api/v2/accounts/${account}/unfreeze`, {});
    await page.getByRole('button', { name: 'Retry failed…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry 1 item' }).click();
    await page.getByText('Completed', { exact: false }).first().waitFor();
    await page.context().close();
  });
});

describe('approval', () => {
  let stage: Stage;
  let secret: string;
  beforeAll(async () => {
    stage = await startStage({ accounts: 30 });
    await stage.world.enrol('boss');
    secret = await stage.world.enrol('check');
    await requireApproval(stage.world.enrolled('boss'), '20.00');
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('is given by somebody else with a code, and the batch can then be sent', async () => {
    await makeBatch(await stage.world.as('maker'), { name: 'November payroll' });
    const page = await openWindow(stage);
    await signIn(page, 'check', secret);
    await page.getByRole('button', { name: 'Review: November payroll' }).click();
    await page.getByRole('row', { name: /EMP-00001/ }).first().waitFor();
    await page.getByRole('button', { name: 'Approve…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Authenticator code').fill('000000');
    await dialog.getByRole('button', { name: 'Approve batch' }).click();
    await dialog.getByText(/The code is wrong/).waitFor();
    await dialog.getByLabel('Authenticator code').fill(await nextCode(secret));
    await dialog.getByRole('button', { name: 'Approve batch' }).click();
    await page.getByText('Nothing to review.').waitFor();
    await page.goto('/batch-transfer/list');
    await page.getByRole('link', { name: 'November payroll' }).click();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 30.00 USD' }).click();
    await page.getByText('3 of 3 items').waitFor();
    await page.context().close();
  });

  it('is refused with a note that the maker sees', async () => {
    const { batchNumber } = (await makeBatch(await stage.world.as('maker'), { name: 'Wrong month', amount: '11.00' })) as { batchNumber: string };
    const page = await openWindow(stage);
    await nextCode(secret);
    await signIn(page, 'check', secret);
    await page.goto(`/approvals?batch=${batchNumber}`);
    await page.getByRole('button', { name: 'Reject…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Reject batch' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Note, required').fill('October, not November');
    await dialog.getByLabel('Authenticator code').fill(await nextCode(secret));
    await dialog.getByRole('button', { name: 'Reject batch' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const maker = await openWindow(stage);
    await signIn(maker, 'maker');
    await maker.goto(`/batch-transfer/detail/${batchNumber}?tab=approval`);
    await maker.getByText('October, not November').waitFor();
    await maker.getByRole('button', { name: 'Reopen as draft…' }).waitFor();
    await page.context().close();
    await maker.context().close();
  });
});
