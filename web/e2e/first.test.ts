import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { choose, noFaults, openWindow, signedIn, signIn, startStage, type Stage } from './browser';
import { PASSWORD, requireApproval, totp } from './world.mjs';

// The scenarios of every test run: one server, one browser whose cache the next person uses, and no code of a second factor
// that has to be waited for.
describe('a payday', () => {
  let stage: Stage;
  let codes: { boss: string; check: string };
  beforeAll(async () => {
    stage = await startStage({ accounts: 30 });
    codes = { boss: await stage.world.enrol('boss'), check: await stage.world.enrol('check') };
    await requireApproval(stage.world.enrolled('boss'), '50.00');
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  /** The same browser with nobody signed in. */
  const nextPerson = async (): Promise<Page> => {
    const page = await openWindow(stage, { context: stage.browser.contexts()[0] });
    await page.context().clearCookies();
    return page;
  };

  it('begins with a wrong password, then with the right one and a second factor', async () => {
    const page = await nextPerson();
    await page.goto('/account-details?status=active');
    await page.waitForURL(/sign-in\?next=/);
    await page.getByLabel('Login').fill('boss');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Wrong login or password.').waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    // Six digits submit themselves.
    await page.getByLabel('Authenticator code').fill(totp(codes.boss));
    await page.waitForURL(/account-details\?status=active/);
    await page.getByRole('row', { name: /EMP-00001/ }).waitFor();
    await page.close();
  });

  it('is prepared in the wizard, which splits with a remainder, saves itself and survives a reload', async () => {
    const page = await nextPerson();
    await signIn(page, 'maker');
    await page.goto('/batch-transfer');
    await page.getByRole('button', { name: 'Pick accounts' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('November payroll');
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
    await page.getByRole('button', { name: 'Submit for approval…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Submit for approval' }).dblclick();
    await page.waitForURL(/detail\/batch-/);
    await page.getByText('Pending approval').first().waitFor();
    await page.close();
  });

  it('is approved by somebody else with a code, sent, and watched to the last item', async () => {
    const page = await nextPerson();
    await signedIn(page, stage, 'check');
    await page.goto('/');
    await page.getByRole('button', { name: 'Review: November payroll' }).click();
    await page.getByRole('row', { name: /EMP-00003/ }).first().waitFor();
    await page.getByRole('button', { name: 'Approve…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Authenticator code').fill('000000');
    await dialog.getByRole('button', { name: 'Approve batch' }).click();
    await dialog.getByText(/The code is wrong/).waitFor();
    await dialog.getByLabel('Authenticator code').fill(totp(codes.check));
    await dialog.getByRole('button', { name: 'Approve batch' }).click();
    await page.getByText('Nothing to review.').waitFor();
    await page.goto('/batch-transfer/list');
    await page.getByRole('link', { name: 'November payroll' }).click();
    await page.getByRole('button', { name: 'Send…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 100.00 USD' }).dblclick();
    await page.getByText('Completed').first().waitFor();
    await page.getByText('3 of 3 items').waitFor();
    await page.close();
  });
});
