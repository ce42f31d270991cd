import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { startPage } from './page-server.mjs';
import { PASSWORD, startWorld, totp } from './world.mjs';

export type World = Awaited<ReturnType<typeof startWorld>>;

export interface Stage {
  world: World;
  url: string;
  browser: Browser;
  /** Paths whose next answer is dropped after the server has done its work. */
  drop: Set<string>;
  close: () => Promise<void>;
}

export async function startStage(options: Parameters<typeof startWorld>[0] = {}): Promise<Stage> {
  const world = await startWorld(options);
  const drop = new Set<string>();
  const page = await startPage(world.url, 0, {
    dropAnswer: (ask: { url?: string; method?: string }) => ask.method === 'POST' && drop.delete(ask.url ?? ''),
  });
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
  return {
    world,
    url: page.url,
    browser,
    drop,
    close: async () => {
      await browser.close();
      await page.close();
      await world.close();
    },
  };
}

/** A window that fails the test on a breach of the page's policy, a fault in the page, or a request to another host. */
export async function openWindow(stage: Stage, options: { width?: number; dark?: boolean; locale?: string; context?: BrowserContext } = {}): Promise<Page> {
  const context =
    options.context ??
    (await stage.browser.newContext({
      viewport: { width: options.width ?? 1440, height: 900 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      locale: options.locale ?? 'en-GB',
      // Animations cost more than the page's own work.
      reducedMotion: 'reduce',
      baseURL: stage.url,
    }));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on('console', (message) => message.text().startsWith('CSP ') && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => /^(https?|wss?):/.test(request.url()) && new URL(request.url()).host !== new URL(stage.url).host && faults.push(request.url()));
  return page;
}

const faults: string[] = [];

/** Nothing went wrong in any window since the last call. */
export function noFaults(): void {
  expect(faults.splice(0)).toEqual([]);
}

export async function signIn(page: Page, login: string, secret?: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel(/^(Login|登录名)$/).fill(login);
  await page.getByLabel(/^(Password|密码)$/).fill(PASSWORD);
  await page.getByRole('button', { name: /^(Sign in|登录)$/ }).click();
  if (secret !== undefined) await page.getByLabel(/^(Authenticator code|动态验证码)$/).fill(totp(secret));
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** With the session in which somebody set up the second factor: a code works once, and waiting for the next takes time. */
export async function signedIn(page: Page, stage: Stage, login: Parameters<World['enrolled']>[0]): Promise<void> {
  const [name = '', value = ''] = stage.world.enrolled(login).cookie.split('=');
  await page.context().addCookies([{ name, value, url: stage.url }]);
}

/** The next code of a secret: a code works once, so a test that needs a second one waits for it. */
export async function nextCode(secret: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 30_000 - (Date.now() % 30_000) + 200));
  return totp(secret);
}

/** Chooses an account in a field that searches. */
export async function choose(page: Page, field: string, account: string): Promise<void> {
  await page.getByLabel(field, { exact: true }).click();
  await page.keyboard.type(account);
  await page.locator('.ant-select-item-option').filter({ hasText: account }).first().click();
}

export async function noViolations(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  // A colour that is still changing is none of the page's colours.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)));
  const found = await page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await inPage.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  expect(found.join('\n')).toBe('');
}

export async function noSidewaysScroll(page: Page): Promise<void> {
  const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(scroll).toBeLessThanOrEqual(width ?? 0);
}
