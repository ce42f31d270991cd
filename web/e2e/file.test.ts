import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { choose, noFaults, openWindow, signIn, startStage, type Stage } from './browser';

/** Three good rows, one with letters for an amount, one for an account that is not there, and a column about dates. */
const PAYROLL = [
  'May payroll,,,',
  'Employee,Account,Net pay,Pay date',
  'Anna,EMP-00001,5.00,2026-05-31',
  'Bo,EMP-00002,six,2026-05-31',
  'Cy,EMP-00003,7.00,2026-05-31',
  'Di,EMP-9917,8.00,2026-05-31',
  'Ed,EMP-00004,9.00,2026-05-31',
  '',
].join('\n');

describe('a file', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 30 });
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('becomes a batch: its columns are decided, its refused rows corrected in the page, and all is sent', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/batch-transfer');
    await page.getByRole('button', { name: 'Upload a file…' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'may.csv', mimeType: 'text/csv', buffer: Buffer.from(PAYROLL) });
    await page.waitForURL(/file=file_/);
    await page.getByText("1 row above the header isn't read:").waitFor();
    await page.getByRole('button', { name: 'Use as Amount (70% sure)' }).click();
    for (const header of ['Employee', 'Pay date']) await page.getByRole('button', { name: `Don't use ${header}` }).click();
    await choose(page, 'Source account', 'MAIN');
    await page.getByLabel('Name', { exact: true }).fill('May payroll');
    await page.reload();
    await page.getByRole('button', { name: 'Import about 5 rows' }).click();
    await page.getByRole('heading', { name: '3 rows are in the draft' }).waitFor();
    await page.getByRole('list', { name: '2 rows of the file were refused' }).getByText('EMP-9917').waitFor();
    await page.getByRole('button', { name: 'Next: Review' }).click();
    await page.getByLabel('Amount in line 4').fill('6.00');
    await page.getByLabel('Account in line 6').fill('EMP-00017');
    await page.getByRole('button', { name: 'Add 2 corrected rows' }).click();
    await page.getByRole('row', { name: /EMP-00017/ }).waitFor();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 35.00 USD' }).click();
    await page.getByText('5 of 5 items').waitFor();
    await page.context().close();
  });

  it('comes out of a batch again, and is found under Files later', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'watch');
    await page.goto('/batch-transfer/list?q=May+payroll');
    await page.getByRole('link', { name: 'May payroll' }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'CSV' }).check();
    await dialog.getByRole('button', { name: 'Start export' }).click();
    const coming = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download' }).click();
    const text = readFileSync(await (await coming).path(), 'utf8');
    expect(text.split('\n').filter((line) => line.includes('EMP-000'))).toHaveLength(5);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Files' }).click();
    await page.getByRole('link', { name: 'Original file' }).first().waitFor();
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.context().close();
  });

  it('that cannot be read says why, and another can be chosen', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/batch-transfer/file');
    const input = page.locator('input[type=file]');
    await input.setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('') });
    await page.getByRole('alert').getByText('The file is empty').waitFor();
    await input.setInputFiles({ name: 'torn.csv', mimeType: 'text/csv', buffer: Buffer.from('account,amount\n"EMP-00001,5.00\n') });
    await page.waitForURL(/file=file_/);
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Choose another file' }).click();
    await page.getByRole('button', { name: 'Choose a file…' }).waitFor();
    await page.context().close();
  });
});
