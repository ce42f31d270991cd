import type { Schemas } from '@/api/client';

type Refused = Schemas['RowProblemView'];

/** What was typed into refused rows: by row, then by field. */
export type Corrections = Record<number, Record<string, string>>;

/** What a row without content is asked for. */
const LEAST = ['account', 'amount'];

/** The fields of a row that can be typed: those it has, those its reasons are about, and at least whom and how much. */
export function fieldsOf(row: Refused): string[] {
  const has = Object.keys(row.row);
  return has.length === 0 ? LEAST : has.includes('amount') ? has : [...has, 'amount'];
}

export function valueOf(row: Refused, field: string, corrections: Corrections): string {
  const found = corrections[row.id]?.[field] ?? row.row[field];
  return typeof found === 'string' ? found : '';
}

/** The rows in which something was changed. */
export function corrected(rows: Refused[], corrections: Corrections): Refused[] {
  return rows.filter((row) => fieldsOf(row).some((field) => valueOf(row, field, corrections) !== valueOf(row, field, {})));
}

/** A repair file: the server takes each row by its key, and so once, however often the file arrives. */
export function repairFile(rows: Refused[], corrections: Corrections): File {
  const lines = rows.map((row) => {
    const cells = fieldsOf(row).map((field): [string, string] => [field, valueOf(row, field, corrections).trim()]);
    return JSON.stringify({ sluice_row: row.id, ...Object.fromEntries(cells.filter(([, value]) => value !== '')) });
  });
  return new File([`${lines.join('\n')}\n`], 'corrections.jsonl');
}
