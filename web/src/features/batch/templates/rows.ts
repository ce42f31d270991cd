import { answer, api, type Schemas } from '@/api/client';
import { parse, toDecimal } from '@/money/amount';

export type TemplateRow = Schemas['TemplateRelationView'];
type Type = Schemas['BatchTypeWord'];

/** All rows of a template, which an edit replaces together. */
export async function allRows(id: string): Promise<TemplateRow[]> {
  const found: TemplateRow[] = [];
  let cursor: string | undefined;
  do {
    const query = { pageSize: 200, ...(cursor !== undefined && { cursor }) };
    const { data, pagination } = await answer(api.GET('/api/batch-transfer-templates/{id}/relations', { params: { path: { id }, query } }));
    found.push(...data);
    cursor = pagination.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** The side that is not the single account, as it is to be found again: by account, or as it was named. */
function other(row: TemplateRow, type: Type): Partial<Schemas['RelationInput']> {
  if (row.contactType !== 'inner') {
    const payer = type === 'many_to_many' ? { sourceAccountId: row.sourceAccountId } : {};
    return { ...payer, contactType: row.contactType, targetIdentifier: row.targetIdentifier };
  }
  return {
    ...(type !== 'one_to_many' && { sourceAccountId: row.sourceAccountId }),
    ...(type !== 'many_to_one' && { targetAccountId: row.targetAccountId }),
  };
}

/**
 * Whether an edit would name a payee anew: such a row comes without the currency of its account, so in a template that pays
 * across currencies the server could take another account of the same holder.
 */
export function wouldMove(convert: boolean, rows: TemplateRow[]): boolean {
  return convert && rows.some((row) => row.contactType !== 'inner');
}

/** The rows with the amounts that were typed; an empty one is left open. Texts and the way of naming stay. */
export function asRelations(rows: TemplateRow[], type: Type, typed: Record<number, string>, scale: number, currency: string): Schemas['RelationInput'][] {
  return rows.map((row) => {
    const text = typed[row.id];
    const amount = text === undefined ? row.amount : typedAmount(text, scale, currency);
    return {
      ...other(row, type),
      ...(amount != null && { amount }),
      ...(row.memo != null && { memo: row.memo }),
      ...(row.reference != null && { reference: row.reference }),
    };
  });
}

function typedAmount(text: string, scale: number, currency: string): string | null {
  const { amount } = parse(text, scale, currency);
  return amount === undefined ? null : toDecimal(amount);
}

/** Whether what was typed is an amount of money, or nothing at all. */
export function isWrong(text: string, scale: number, currency: string): boolean {
  const { amount, fault } = parse(text, scale, currency);
  return fault === 'empty' ? false : amount === undefined || amount.minor <= 0n;
}
