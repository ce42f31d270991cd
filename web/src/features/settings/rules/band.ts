import type { Schemas } from '@/api/client';
import { compare, fromDecimal, type Amount } from '@/money/amount';

export type Rule = Schemas['ApprovalPolicyView'];
export type Band = Schemas['ApprovalBandView'];
export type Level = Schemas['ApprovalLevelView'];

/** The band an amount falls into: the highest that begins at or below it. Null: it needs no approval. */
export function bandFor(bands: readonly Band[], amount: Amount): Band | null {
  const reached = bands.filter((band) => compare(fromDecimal(band.from, amount.currency), amount) <= 0);
  return reached.reduce<Band | null>((highest, band) => {
    const isHigher = highest === null || compare(fromDecimal(band.from, amount.currency), fromDecimal(highest.from, amount.currency)) > 0;
    return isHigher ? band : highest;
  }, null);
}
