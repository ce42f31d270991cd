import { isAskable, shift, today } from '@/ui/day';

export const PERIODS = ['today', 'last7', 'last30', 'month', 'lastMonth', 'year', 'custom'] as const;
export type Period = (typeof PERIODS)[number];

export interface Range {
  from: string;
  to: string;
}

/** The days of a period, by the calendar of the organisation. */
export function rangeOf(period: Exclude<Period, 'custom'>, zone: string, now = new Date()): Range {
  const last = today(zone, now);
  const first = `${last.slice(0, 7)}-01`;
  switch (period) {
    case 'today':
      return { from: last, to: last };
    case 'last7':
      return { from: shift(last, -6), to: last };
    case 'last30':
      return { from: shift(last, -29), to: last };
    case 'month':
      return { from: first, to: last };
    case 'lastMonth':
      return { from: `${shift(first, -1).slice(0, 7)}-01`, to: shift(first, -1) };
    case 'year':
      return { from: `${last.slice(0, 4)}-01-01`, to: last };
  }
}

/** What the address asks for: two days where it has them, else a period. Days the wrong way round are turned round. */
export function readRange(search: { period: string; from: string; to: string }, zone: string, now = new Date()): { period: Period; range: Range } {
  if (isAskable(search.from) && isAskable(search.to)) {
    const [from = '', to = ''] = [search.from, search.to].sort();
    return { period: 'custom', range: { from, to } };
  }
  const period = PERIODS.find((name) => name === search.period && name !== 'custom') ?? 'last30';
  return { period, range: rangeOf(period as Exclude<Period, 'custom'>, zone, now) };
}
