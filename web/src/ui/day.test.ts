import { describe, expect, it } from 'vitest';
import { daysOf, hourIn, isDay, lastDays, shift, startOfDay } from './day';

describe('the last days', () => {
  it('end today in the organisation, whatever the day is here', () => {
    const late = new Date('2026-03-29T23:30:00Z');
    expect(lastDays(3, 'UTC', late)).toEqual(['2026-03-27', '2026-03-28', '2026-03-29']);
    expect(lastDays(2, 'Europe/Berlin', late)).toEqual(['2026-03-29', '2026-03-30']);
    expect(lastDays(1, 'Pacific/Kiritimati', late)).toEqual(['2026-03-30']);
    expect(lastDays(1, 'Pacific/Pago_Pago', late)).toEqual(['2026-03-29']);
    expect(hourIn('Europe/Berlin', late)).toBe(1);
  });
});

describe('a day', () => {
  it('is one of the calendar', () => {
    expect(['2026-02-28', '2028-02-29', '2026-02-29', '2026-13-01', '2026-1-1', ''].map(isDay)).toEqual([true, true, false, false, false, false]);
  });

  it('is counted over months, leap years and changes of the clocks', () => {
    expect(shift('2026-03-01', -1)).toBe('2026-02-28');
    expect(shift('2028-02-28', 1)).toBe('2028-02-29');
    expect(daysOf('2026-03-28', '2026-03-30')).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
    expect(daysOf('2026-03-30', '2026-03-28')).toEqual([]);
  });

  it.each([
    ['2026-11-27', 'UTC', '2026-11-27T00:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-27', 'Asia/Shanghai', '2026-11-26T16:00:00.000Z'],
    ['2026-11-27', 'Asia/Kathmandu', '2026-11-26T18:15:00.000Z'],
    ['2026-11-27', 'Pacific/Pago_Pago', '2026-11-27T11:00:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant);
  });
});
