import { answer, api, type Schemas } from '@/api/client';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';
import { emptyPlan, type Plan, type Row } from './plan';

type Batch = Schemas['BatchDetailView'];
type Relation = Schemas['RelationView'];

/** It was handed over, or it is of a shape that the wizard would not keep whole. */
export class NotADraft extends Error {}

function fits(batch: Batch): boolean {
  return batch.state === 'draft' && !batch.convert && (batch.type === 'one_to_many' || batch.type === 'many_to_one');
}

/** Reads a draft with all of its rows. Its way of setting amounts is not kept by the server (API-GAPS, G1): they come as custom. */
export async function loadDraft(id: string): Promise<Plan> {
  const { data: batch } = await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id } } }));
  if (!fits(batch)) throw new NotADraft(batch.state);
  const rows = (await allRelations(id)).map((relation) => rowOf(relation, batch));
  // Here an account is in the batch or it is not; a file may pay it twice under two references.
  if (new Set(rows.map((row) => row.id)).size < rows.length) throw new NotADraft(batch.state);
  const singleId = batch.sourceAccountId ?? batch.targetAccountId ?? 0;
  const { data: account } = await answer(api.GET('/api/v2/accounts/{id}', { params: { path: { id: `acct_${singleId}` } } }));
  const type = batch.type === 'many_to_one' ? 'many_to_one' : 'one_to_many';
  return {
    ...emptyPlan(type, batch.name),
    batch: batch.batchNumber,
    version: batch.version,
    remarks: batch.remarks ?? '',
    failure: batch.mode,
    single: { id: singleId, number: account.number, name: account.holder?.name ?? '', currency: account.currency, scale: account.scale },
    rows,
    amountMode: 'custom',
  };
}

async function allRelations(id: string): Promise<Relation[]> {
  const found: Relation[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await answer(api.GET('/api/batch-transfers/{id}/relations', { params: { path: { id }, query: { page, pageSize: PAGE_ROWS } } }));
    found.push(...data);
    if (data.length < PAGE_ROWS) return found;
  }
}

function rowOf(relation: Relation, batch: Batch): Row {
  const collects = batch.type === 'many_to_one';
  return {
    id: collects ? relation.sourceAccountId : relation.targetAccountId,
    number: collects ? relation.sourceAccount : relation.targetAccount,
    name: '',
    amount: relation.amount ?? '',
    ratio: '',
    memo: relation.memo ?? '',
    reference: relation.reference,
    externalId: relation.externalId,
  };
}
