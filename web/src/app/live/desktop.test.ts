import { expect, it } from 'vitest';
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
