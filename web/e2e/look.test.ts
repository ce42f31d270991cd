import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noFaults, noSidewaysScroll, noViolations, openWindow, signedIn, startStage, type Stage } from './browser';
import { makeBatch, requireApproval, type Session } from './world.mjs';

const SHOTS = join(import.meta.dirname, 'shots');

/** A file with a title, a guess, a date column and a damaged number. */
async function upload(session: Session): Promise<string> {
  const text = 'Payroll;;;\nEmployee;Account;Net pay;Pay date\nAnna;EMP-00001;5,00;2026-05-31\nBo;6,22E+18;7,00;2026-05-31\n';
  const response = await fetch(`${session.url}/api/v1/files?name=may.csv`, { method: 'POST', headers: { cookie: session.cookie, origin: session.url, 'content-type': 'application/octet-stream' }, body: text });
  return ((await response.json()) as { data: { file_id: string } }).data.file_id;
}

/** Every page in both languages, both themes and both widths: no axe violation, no sideways scroll, a picture to look at. */
describe('the look', () => {
  let stage: Stage;
  let pages: [string, string][];
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    stage = await startStage({ accounts: 300 });
    await stage.world.enrol('boss');
    await stage.world.enrol('check');
    const maker = await stage.world.as('maker');
    const done = (await makeBatch(maker, { name: 'October refunds', payees: 20, amount: '12.50' })) as { batchNumber: string };
    const check = stage.world.enrolled('check');
    await check.call('POST', `/api/batch-transfers/${done.batchNumber}/execute`, {});
    const draft = (await makeBatch(check, { name: 'Contractors', payees: 12, amount: '20.00', draft: true })) as { batchNumber: string };
    await requireApproval(stage.world.enrolled('boss'), '1000.00');
    await makeBatch(maker, { name: 'November payroll', payees: 240, amount: '441.00' });
    pages = [
      ['home', '/'],
      ['accounts', '/account-details'],
      ['account', '/account-details/acct_5'],
      ['transfer', '/account-transfer'],
      ['transfers', '/account-transfer/list'],
      ['wizard-start', '/batch-transfer'],
      ['wizard-pick', `/batch-transfer/draft/${draft.batchNumber}/who`],
      ['wizard-amounts', `/batch-transfer/draft/${draft.batchNumber}/amounts`],
      ['wizard-check', `/batch-transfer/draft/${draft.batchNumber}/check`],
      ['file-choose', '/batch-transfer/file'],
      ['file-look', `/batch-transfer/file?file=${await upload(check)}`],
      ['batches', '/batch-transfer/list'],
      ['batch-files', `/batch-transfer/detail/${done.batchNumber}?tab=files`],
      ['batch', `/batch-transfer/detail/${done.batchNumber}`],
      ['timeline', `/batch-transfer/detail/${done.batchNumber}?tab=timeline`],
      ['tasks', '/tasks'],
      ['templates', '/templates'],
      ['groups', '/groups'],
      ['approvals', '/approvals'],
      ['reports', '/reports'],
      ['reports-account', '/reports?by=account'],
      ['reports-batch', '/reports?by=batch'],
      ['batch-record', `/batch-transfer/record/${done.batchNumber}`],
      ['audit', '/audit'],
      ['notices', '/notices'],
      ['me', '/me'],
      ['settings', '/settings'],
      ['settings-approval', '/settings/approval'],
      ['settings-limits', '/settings/limits'],
      ['settings-rates', '/settings/rates'],
      ['settings-notices', '/settings/notices'],
      ['settings-organisation', '/settings/organisation'],
      ['not-found', '/nowhere'],
    ];
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  const looks = [
    { name: 'en-1440', width: 1440, dark: false, locale: 'en-GB' },
    { name: 'zh-1440-dark', width: 1440, dark: true, locale: 'zh-CN' },
    { name: 'zh-390', width: 390, dark: false, locale: 'zh-CN' },
    { name: 'en-390-dark', width: 390, dark: true, locale: 'en-GB' },
  ];
  it.each(looks)('$name', async ({ name, ...look }) => {
    const page = await openWindow(stage, look);
    await page.goto('/sign-in');
    await page.getByRole('button', { name: /^(Sign in|登录)$/ }).waitFor();
    await noViolations(page);
    await page.screenshot({ path: join(SHOTS, `sign-in-${name}.png`) });
    await signedIn(page, stage, 'check');
    const bad: string[] = [];
    for (const [title, path] of pages) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: join(SHOTS, `${title}-${name}.png`) });
      await noViolations(page).catch((cause: Error) => bad.push(`${title}: ${cause.message}`));
      await noSidewaysScroll(page).catch((cause: Error) => bad.push(`${title} scrolls sideways: ${cause.message}`));
    }
    expect(bad).toEqual([]);
    await page.context().close();
  }, 240_000);
});
