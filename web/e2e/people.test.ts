import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noFaults, openWindow, signIn, startStage, type Stage } from './browser';
import { PASSWORD, PEOPLE, totp } from './world.mjs';

describe('people', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 20 });
    await stage.world.enrol('boss');
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('who sign out in one tab are signed out in the other', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'maker');
    const second = await openWindow(stage, { context: page.context() });
    await second.goto('/batch-transfer/list');
    await second.getByRole('heading', { name: 'Batches' }).waitFor();
    await page.getByRole('button', { name: /Your menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/sign-in/);
    await second.waitForURL(/sign-in/);
    await page.context().close();
  });

  it('see what the server lets them do, whatever the address', async () => {
    const shown: Record<string, string[]> = {};
    for (const login of Object.keys(PEOPLE)) {
      const page = await openWindow(stage);
      if (login === 'boss') continue;
      await signIn(page, login);
      await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
      shown[login] = await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link').allInnerTexts();
      await page.goto('/account-transfer');
      const may = login === 'check';
      await page.getByRole('heading', { name: may ? 'New transfer' : 'No access' }).waitFor();
      await page.context().close();
    }
    expect(shown).toMatchInlineSnapshot(`
      {
        "check": [
          "Home",
          "Account transfer",
          "Batch transfer",
          "Batches",
          "Account details",
          "Transfers",
          "Approvals",
          "Templates",
          "Groups",
          "Tasks",
          "Reports",
          "Settings",
        ],
        "maker": [
          "Home",
          "Batch transfer",
          "Batches",
          "Account details",
          "Transfers",
          "Templates",
          "Groups",
          "Tasks",
          "Reports",
          "Settings",
        ],
        "watch": [
          "Home",
          "Batches",
          "Account details",
          "Transfers",
          "Approvals",
          "Templates",
          "Groups",
          "Tasks",
          "Reports",
          "Audit log",
          "Settings",
        ],
      }
    `);
  });

  it('lose nothing when the session ends under an open form', async () => {
    const page = await openWindow(stage);
    await signIn(page, 'check');
    await page.goto('/account-transfer');
    await page.getByLabel('Memo').fill('Invoice 4711');
    await page.context().clearCookies();
    await page.getByLabel('From').click();
    await page.keyboard.type('MAIN');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await dialog.getByLabel('Login').inputValue()).toBe('check');
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Memo').inputValue()).toBe('Invoice 4711');
    await page.context().close();
  });

  it('set their password by an invitation that works once and leaves the address bar', async () => {
    const token = /invite_\w+/.exec(await invite(stage))?.[0] ?? '';
    const page = await openWindow(stage);
    await page.goto(`/invitation#${token}`);
    await page.getByLabel('New password').fill('a plain long phrase 77');
    expect(page.url()).not.toContain(token);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Profile' }).waitFor();
    const again = await openWindow(stage);
    await again.goto(`/invitation#${token}`);
    await again.getByLabel('New password').fill('another plain phrase 78');
    await again.getByRole('button', { name: 'Set password' }).click();
    await again.getByRole('alert').getByText(/no longer valid/).waitFor();
    await page.context().close();
    await again.context().close();
  });
});

/** The administrator of the API invites somebody; the answer holds the token once. */
async function invite(stage: Stage): Promise<string> {
  const boss = stage.world.enrolled('boss');
  const { invitationToken } = (await boss.call('POST', '/api/v1/users', { login: 'newcomer', name: 'New Comer', role: 'operator' })) as { invitationToken: string };
  return invitationToken;
}

describe('the first start', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 0, people: false });
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it('leads from the token to an administrator with a second factor', async () => {
    const token = /setup_\w+/.exec(stage.world.output())?.[0] ?? '';
    expect(token).not.toBe('');
    const page = await openWindow(stage);
    await page.goto('/');
    await page.waitForURL(/set-up/);
    await page.getByLabel('Token').fill(token);
    await page.getByLabel('Login').fill('first.admin');
    await page.getByLabel('Name', { exact: true }).fill('Ada Example');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.getByRole('button', { name: 'Set up authenticator app' }).click();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    const secret = await page.locator('code').innerText();
    await page.getByLabel('Authenticator code').fill(totp(secret));
    await page.getByText('Save these recovery codes.').waitFor();
    await page.getByLabel("I've saved these codes").check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Replace' }).waitFor();
    await page.goto('/');
    await page.getByText('Nothing to do right now.').waitFor();
  });
});
