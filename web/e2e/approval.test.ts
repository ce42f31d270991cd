import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nextCode, noFaults, openWindow, signedIn, signIn, startStage, type Stage } from './browser';
import { makeBatch, requireApproval } from './world.mjs';

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
    await signedIn(page, stage, 'check');
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
