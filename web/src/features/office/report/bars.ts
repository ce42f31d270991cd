import type { Schemas } from '@/api/client';

type Group = Schemas['StatisticsGroupView'];

/** A bar of a chart: how long it is in thousandths of the longest, because money is never a number. */
export interface Bar {
  name: string;
  share: number;
  cents: string;
  failed: number;
}

const LONGEST = 1000n;

/** The bars of one currency. Days on which nothing was sent have one without length. */
export function barsOf(groups: readonly Group[], currency: string, names: readonly string[] | null): Bar[] {
  const own = groups.filter((group) => group.currency === currency);
  const nameOf = (group: Group) => group.date ?? group.accountNumber ?? group.currency;
  const known = new Map(own.map((group) => [nameOf(group), group]));
  const most = own.reduce((max, { amountCents }) => (BigInt(amountCents) > max ? BigInt(amountCents) : max), 1n);
  return (names ?? [...known.keys()]).map((name) => {
    const group = known.get(name);
    const sent = BigInt(group?.amountCents ?? '0');
    const share = Number.parseInt(((sent * LONGEST) / most).toString(), 10);
    return { name, share: sent > 0n && share === 0 ? 1 : share, cents: sent.toString(), failed: group?.failedCount ?? 0 };
  });
}
