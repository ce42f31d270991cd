import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noFaults, noViolations, openWindow, signIn, startStage, type Stage } from './browser';
import { makeBatch } from './world.mjs';

/** Tasks, templates and groups: needs a ledger of 20 accounts and the people of every scenario. */
describe('tasks, templates and groups', () => {
  let stage: Stage;
  let batch: string;
  beforeAll(async () => {
    stage = await startStage({ accounts: 20 });
    batch = ((await makeBatch(await stage.world.as('check'), { name: 'Salaries', payees: 5, amount: '4.00', draft: true })) as { batchNumber: string }).batchNumber;
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('a batch is saved as a template, an amount is changed, and a draft is made from it', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto(`/batch-transfer/detail/${batch}`);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Save as template' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Saved as the template Salaries' }).click();
    await page.getByRole('heading', { name: 'Salaries' }).waitFor();
    await page.getByRole('button', { name: 'Change amounts' }).click();
    await page.getByLabel(/EMP-00001/).fill('9');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('25.00 USD').waitFor();
    await noViolations(page);
    await page.getByRole('button', { name: 'Make a draft…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a draft' }).click();
    await page.waitForURL(/draft\/batch-.*\/who/);
    await page.context().close();
  });

  it('a group is created, gets a member, and narrows the accounts of a new batch', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/groups');
    await page.getByRole('button', { name: 'New group…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('London');
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'London' }).waitFor();
    await page.getByLabel('Find holders to add').click();
    await page.locator('.ant-select-item-option').first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add to group' }).click();
    await page.getByRole('heading', { name: '1 member' }).waitFor();
    await noViolations(page);
    await page.getByRole('link', { name: 'Pay this group' }).click();
    await page.waitForURL(/batch-transfer\?group=\d+/);
    await page.context().close();
  });

  it('an export is listed as a task, downloaded and removed', async () => {
    const check = await stage.world.as('check');
    await check.call('POST', `/api/batch-transfers/${batch}/export`, { format: 'csv' });
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/tasks');
    const task = page.getByRole('article', { name: 'Export' });
    await task.getByText('Completed').waitFor();
    expect(await task.getByRole('link', { name: 'Download' }).getAttribute('href')).toMatch(/^\/api\/v1\/files\/file_\d+\/content$/);
    await noViolations(page);
    await task.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No tasks yet.', { exact: false }).waitFor();
    await page.context().close();
  });
});
