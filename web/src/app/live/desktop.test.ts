import { afterEach, expect, it, vi } from 'vitest';
import type { Desktop } from './desktop';

it.each<[boolean, NotificationPermission | undefined, Desktop]>([
  [true, undefined, 'missing'],
  [true, 'denied', 'blocked'],
  [true, 'default', 'off'],
  [false, 'granted', 'off'],
  [true, 'granted', 'on'],
])('wanted %s and %s is %s', async (wanted, permission, expected) => {
  const { desktopState } = await import('./desktop');
  expect(desktopState(wanted, permission)).toBe(expected);
});

afterEach(() => vi.unstubAllGlobals());

it('a browser that refuses to make a notice does not break the page', async () => {
  const asked: string[] = [];
  vi.stubGlobal('Notification', class {
    constructor(title: string) {
      asked.push(title);
      throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
    }
  });
  const { showNotice } = await import('./desktop');
  expect(() => showNotice('March', 'Completed')).not.toThrow();
  expect(asked).toEqual(['March']);
});
