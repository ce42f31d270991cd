import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noFaults, noSidewaysScroll, noViolations, openWindow, signedIn, signIn, startStage, type Stage } from './browser';
import { makeBatch } from './world.mjs';

/** Home, reports, the log and the record of a batch, as the administrator sees them. */
describe('the office', () => {
  let stage: Stage;
  let paid: string;
  beforeAll(async () => {
    stage = await startStage({ accounts: 30 });
    await stage.world.enrol('boss');
    await stage.world.enrol('check');
    const made = (await makeBatch(await stage.world.as('maker'), { name: 'October refunds', payees: 5, amount: '12.50' })) as { batchNumber: string };
    paid = made.batchNumber;
    await stage.world.enrolled('check').call('POST', `/api/batch-transfers/${paid}/execute`, {});
    await makeBatch(await stage.world.as('maker'), { name: 'Contractors', draft: true });
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('shows on home what waits, what was sent and what is there', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/');
    await page.getByRole('button', { name: 'Continue: Contractors' }).waitFor();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await page.getByRole('link', { name: /USD · 31 accounts/ }).waitFor();
    await page.getByRole('button', { name: /^Table/ }).click();
    await page.getByRole('region', { name: 'Sent per day, USD' }).getByText('62.50 USD').waitFor();
    await page.context().close();
  });

  it('reports by day, account, currency and batch, each with its address', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/reports');
    await page.getByRole('region', { name: 'By day' }).getByRole('row', { name: /Total.*62\.50/ }).waitFor();
    await page.getByRole('img', { name: /Chart of what was sent in USD/ }).waitFor();
    await page.getByRole('button', { name: 'By account' }).click();
    await page.getByRole('link', { name: 'MAIN' }).waitFor();
    expect(page.url()).toContain('by=account');
    await page.getByRole('button', { name: 'By batch' }).click();
    await page.getByRole('link', { name: 'October refunds' }).waitFor();
    await page.goto('/reports?from=2020-01-01&to=2020-01-31');
    await page.getByText('Nothing was sent in this period.').waitFor();
    await page.context().close();
  });

  it('exports a report as a task', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/reports');
    await page.getByRole('button', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export' });
    await dialog.getByRole('radio', { name: 'CSV' }).check();
    await dialog.getByRole('button', { name: 'Start export' }).click();
    await dialog.getByRole('link', { name: 'Download' }).waitFor();
    await page.context().close();
  });

  it('shows the log with what an entry changed, and verifies it', async () => {
    const page = await openWindow(stage);
    await signedIn(page, stage, 'boss');
    await page.goto('/audit?subject=batch');
    await page.getByText('Not verified yet').waitFor();
    await page.getByRole('grid', { name: 'Audit log' }).getByText('check', { exact: true }).first().click();
    await page.getByRole('dialog').getByText('From', { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('Intact').waitFor();
    await page.context().close();
  });

  it('prints a record and writes the outcome as a message', async () => {
    const page = await openWindow(stage);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await signIn(page, 'maker');
    await page.goto(`/batch-transfer/detail/${paid}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy as message' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`October refunds (${paid}): 5 of 5 paid, 62.50 USD`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Print' }).click();
    await page.waitForURL(/batch-transfer\/record/);
    await page.getByText('Content hash').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation', { name: 'Main menu' }).isVisible()).toBe(false);
    await page.context().close();
  });

  it('is closed to those who may not read the log', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    await page.goto('/audit');
    await page.getByRole('heading', { name: 'No access' }).waitFor();
    await page.context().close();
  });

  it.each([{ width: 1440, dark: false }, { width: 1440, dark: true }, { width: 390, dark: false }, { width: 390, dark: true }])('is clean at $width px, dark: $dark', async (look) => {
    const page = await openWindow(stage, look);
    await signedIn(page, stage, 'boss');
    for (const path of ['/', '/reports', '/reports?by=account', '/reports?by=batch', '/audit', `/batch-transfer/record/${paid}`]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await noViolations(page);
      await noSidewaysScroll(page);
    }
    await page.context().close();
  }, 120_000);
});
