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
