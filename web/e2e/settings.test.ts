import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noFaults, noSidewaysScroll, noViolations, openWindow, signedIn, startStage, type Stage } from './browser';

/** What only an administrator sees of the settings. */
describe('the settings', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ accounts: 20 });
    await stage.world.enrol('boss');
  });
  afterAll(() => stage.close());
  afterEach(noFaults);

  it.each([
    { width: 1440, dark: false },
    { width: 1440, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ])('look right at $width, dark: $dark', async (look) => {
    const page = await openWindow(stage, look);
    await signedIn(page, stage, 'boss');
    const bad: string[] = [];
    for (const section of ['', '/people', '/keys', '/approval', '/limits', '/rates', '/notices', '/organisation']) {
      await page.goto(`/settings${section}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await noViolations(page).catch((cause: Error) => bad.push(`${section}: ${cause.message}`));
      await noSidewaysScroll(page).catch((cause: Error) => bad.push(`${section} scrolls sideways: ${cause.message}`));
    }
    expect(bad).toEqual([]);
    await page.context().close();
  }, 120_000);
});
