import { describe, expect, it } from 'vitest';
import { daysOf, hourIn, isAskable, isDay, lastDays, shift, startOfDay } from './day';

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

  it('is a bound only where the server takes it, not while its year is typed', () => {
    expect(['0002-11-01', '0202-11-01', '1969-12-31', '1970-01-01', '9998-12-31', '9999-01-01', '2026-02-30'].map(isAskable)).toEqual([false, false, false, true, true, false, false]);
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
    ['0002-11-01', 'UTC', '0002-11-01T00:00:00.000Z'],
    // Clocks spring forward at midnight.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['2026-09-07', 'America/Santiago', '2026-09-07T03:00:00.000Z'],
    ['2026-10-04', 'Australia/Sydney', '2026-10-03T14:00:00.000Z'],
    ['2026-10-05', 'Australia/Sydney', '2026-10-04T13:00:00.000Z'],
    ['2026-04-05', 'Australia/Sydney', '2026-04-04T13:00:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant);
  });
});
