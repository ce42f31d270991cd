import type { Schemas } from '@/api/client';

type Column = Schemas['ColumnView'];

/** The fields of a payment, by their names in a mapping. */
export const FIELDS = ['account', 'payee', 'payer', 'email', 'uid', 'amount', 'ratio', 'currency', 'memo', 'reference', 'external_id'] as const;
export type Field = (typeof FIELDS)[number];

/** What a person decided about columns, by header: a field, or that the column is not used. */
export type Decisions = Record<string, Field | 'none'>;

/** Only a column that is sure is used without being asked about. */
const SURE = 100;
const COUNTERPARTY: readonly Field[] = ['account', 'payee', 'payer', 'email', 'uid'];

export function asField(name: string | null | undefined): Field | null {
  return FIELDS.find((field) => field === name) ?? null;
}

/** What a column is used as; `undecided` until somebody says so. */
export type Use = Field | 'none' | 'undecided';

export function usedAs(column: Column, decisions: Decisions): Use {
  const decided = decisions[column.header];
  if (decided !== undefined) return decided;
  if (column.must_decide != null) return 'undecided';
  const field = asField(column.field);
  if (field === null) return 'none';
  return column.confidence >= SURE ? field : 'undecided';
}

export type Lack = { why: 'undecided'; count: number } | { why: 'twice'; field: Field } | { why: 'amount' } | { why: 'counterparty' };

/** Why the rows cannot be imported yet; null if they can. */
export function lackOf(columns: Column[], decisions: Decisions): Lack | null {
  const uses = columns.map((column) => usedAs(column, decisions));
  const count = uses.filter((use) => use === 'undecided').length;
  if (count > 0) return { why: 'undecided', count };
  const field = FIELDS.find((name) => uses.filter((use) => use === name).length > 1);
  if (field !== undefined) return { why: 'twice', field };
  if (!uses.includes('amount')) return { why: 'amount' };
  return uses.some((use) => COUNTERPARTY.some((name) => name === use)) ? null : { why: 'counterparty' };
}

/** How amounts are written, as the server is told. */
export const STYLES = {
  plain: {},
  commaGroups: { decimal: 'dot', group: 'comma' },
  dotGroups: { decimal: 'comma', group: 'dot' },
  spaceGroups: { decimal: 'comma', group: 'space' },
  apostropheGroups: { decimal: 'dot', group: 'apostrophe' },
  commaAlone: { decimal: 'comma' },
} as const;
export type AmountStyle = keyof typeof STYLES;

export interface Reading {
  encoding: string;
  delimiter: string;
  sheet: string;
}

interface Given {
  type: 'one_to_many' | 'many_to_one';
  account: string;
  name: string;
  style: AmountStyle;
  sign: string;
  reading: Reading;
  columns: Column[];
  decisions: Decisions;
}

/** The options of the task. The rows become a draft, and refused ones stay with it until somebody decides about them. */
export function importOptions({ type, account, name, style, sign, reading, columns, decisions }: Given): Record<string, unknown> {
  const said = Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== ''));
  const decided = columns.filter((column) => decisions[column.header] !== undefined);
  const used = decided.filter((column) => decisions[column.header] !== 'none');
  const ignore = decided.filter((column) => decisions[column.header] === 'none').map((column) => column.header);
  return {
    type,
    account,
    name: name.trim(),
    draft: true,
    partial: true,
    ...said,
    ...STYLES[style],
    ...(sign.trim() !== '' && { sign: sign.trim() }),
    ...(used.length > 0 && { mapping: Object.fromEntries(used.map((column) => [decisions[column.header], column.header])) }),
    ...(ignore.length > 0 && { ignore }),
  };
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** A size in the largest unit that leaves it at 1 or more. */
export function sizeOf(bytes: number, language: string): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size.toLocaleString(language, { maximumFractionDigits: unit === 0 || size >= 100 ? 0 : 1 })} ${UNITS[unit]}`;
}
