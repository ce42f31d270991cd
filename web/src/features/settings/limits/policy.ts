import type { Schemas } from '@/api/client';
import { compare, fromDecimal, parse, toDecimal, type Amount } from '@/money/amount';

export type Policy = Schemas['PolicyView'];

/** Amounts of a policy, in the order in which they are shown. */
export const AMOUNTS = ['min', 'max', 'day', 'month', 'batchMax', 'feeThreshold', 'feeMin', 'feeMax'] as const;
export type AmountName = (typeof AMOUNTS)[number];

/** The least amounts are never null on the server: an empty field means zero. */
const NEVER_NULL: readonly AmountName[] = ['min', 'feeMin'];

const MILLION = 1_000_000n;

/** A fraction such as `0.001` in parts per million; null if it is no fraction of at most six decimals. */
export function partsPerMillion(text: string): bigint | null {
  if (!/^\d+(\.\d{1,6}0*)?$/.test(text)) return null;
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * MILLION + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

/** `0.001` as `0.1`: hundredths, exactly. */
export function percentOf(fraction: string): string {
  const parts = partsPerMillion(fraction);
  if (parts === null) return fraction;
  const rest = (parts % 10_000n).toString().padStart(4, '0').replace(/0+$/, '');
  return `${parts / 10_000n}${rest === '' ? '' : `.${rest}`}`;
}

/** What a person typed as a percentage, as the fraction that the server takes; null if it has more than four decimals. */
export function fractionOf(percent: string): string | null {
  const plain = percent.normalize('NFKC').replace(/[\s%]/g, '');
  if (!/^\d{1,6}(\.\d{1,4})?$/.test(plain)) return null;
  const [whole = '0', decimals = ''] = plain.split('.');
  const parts = BigInt(whole) * 10_000n + BigInt(decimals.padEnd(4, '0'));
  return `${parts / MILLION}.${(parts % MILLION).toString().padStart(6, '0')}`;
}

/** The fee of an amount, as the server charges it: none up to the threshold, otherwise rounded half up, then bounded. */
export function feeOf(policy: Policy, amount: Amount): Amount {
  const { currency } = amount;
  const none = { ...amount, minor: 0n };
  if (policy.feeThreshold == null || compare(amount, fromDecimal(policy.feeThreshold, currency)) <= 0) return none;
  const share = { ...amount, minor: (amount.minor * (partsPerMillion(policy.feeRate) ?? 0n) + MILLION / 2n) / MILLION };
  const least = policy.feeMin == null ? none : fromDecimal(policy.feeMin, currency);
  const raised = compare(share, least) < 0 ? least : share;
  const most = policy.feeMax == null ? null : fromDecimal(policy.feeMax, currency);
  return most !== null && compare(raised, most) > 0 ? most : raised;
}

export type Typed = Record<AmountName | 'rate', string>;

export function typedOf(policy: Policy): Typed {
  const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, policy[name] ?? ''])) as Record<AmountName, string>;
  return { ...amounts, rate: percentOf(policy.feeRate) };
}

export type PolicyChange = Partial<Record<AmountName, string | null>> & { feeRate?: string };

/** What differs from the policy, as the server takes it; null while a field cannot be read. */
export function changeOf(policy: Policy, typed: Typed, scale: number): PolicyChange | null {
  const change: PolicyChange = {};
  const before = typedOf(policy);
  for (const name of AMOUNTS) {
    const text = typed[name].trim();
    if (text === before[name]) continue;
    const { amount } = parse(text, scale, policy.currency);
    if (text !== '' && amount === undefined) return null;
    const next = amount === undefined ? null : toDecimal(amount);
    change[name] = next === null && NEVER_NULL.includes(name) ? toDecimal({ minor: 0n, scale, currency: policy.currency }) : next;
  }
  if (typed.rate.trim() === before.rate) return change;
  const feeRate = fractionOf(typed.rate);
  return feeRate === null ? null : { ...change, feeRate };
}
