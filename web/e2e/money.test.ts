import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { choose, noFaults, openWindow, signIn, startStage, type Stage } from './browser';
import { makeBatch } from './world.mjs';

/** A draft of a file with three good rows and two that are refused. */
function importFile(cli: (args: string[]) => string, directory: string): void {
  const file = join(directory, 'rows.csv');
  writeFileSync(file, 'account,amount\nEMP-00001,5.00\nEMP-00002,six\nEMP-00003,7.00\nEMP-9917,8.00\nEMP-00004,9.00\n');
  try {
    cli(['batch', 'import', file, '--type', 'one_to_many', '--account', 'MAIN', '--name', 'From a file', '--partial']);
  } catch {
    // The exit code says that rows were refused.
  }
}

describe('money', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 2500, fund: '9000000.00', prepare: importFile });
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

  it('the refused rows of a file are shown, left unpaid, and the others sent', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/batch-transfer/list?q=From+a+file');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Next: Amounts' }).click();
    await page.getByRole('button', { name: 'Next: Review' }).click();
    const refused = page.getByRole('list', { name: '2 rows of the file were refused' });
    await refused.getByText('Line 3').waitFor();
    await refused.getByText('EMP-9917').waitFor();
    await page.getByRole('button', { name: 'Leave 2 rows unpaid…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave 2 rows unpaid' }).click();
    await refused.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 21.00 USD' }).click();
    await page.getByText('3 of 3 items').waitFor();
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
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.02);
    await page.getByRole('button', { name: 'Reasons' }).click();
    await page.getByText('The target account is frozen').waitFor();
    await check.call('POST', `/api/v2/accounts/${account}/unfreeze`, {});
    await page.getByRole('button', { name: 'Retry failed…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry 1 item' }).click();
    await page.getByText('Completed', { exact: false }).first().waitFor();
    await page.context().close();
  });
});
