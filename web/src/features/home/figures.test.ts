import { describe, expect, it } from 'vitest';
import { lastDays } from './Figures';

describe('the last days', () => {
  it('end today in the organisation, whatever the day is here', () => {
    const late = new Date('2026-03-29T23:30:00Z');
    expect(lastDays(3, 'UTC', late)).toEqual(['2026-03-27', '2026-03-28', '2026-03-29']);
    expect(lastDays(2, 'Europe/Berlin', late)).toEqual(['2026-03-29', '2026-03-30']);
    expect(lastDays(1, 'Pacific/Kiritimati', late)).toEqual(['2026-03-30']);
    expect(lastDays(1, 'Pacific/Pago_Pago', late)).toEqual(['2026-03-29']);
  });
});
