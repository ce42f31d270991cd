import { answer, api, type Schemas } from '@/api/client';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';
import { emptyPlan, type Plan, type Row } from './plan';

type Batch = Schemas['BatchDetailView'];
type Relation = Schemas['RelationView'];

export class NotADraft extends Error {}

/** Reads a draft with all of its rows. Its way of setting amounts is not kept by the server (API-GAPS, G1): they come as custom. */
export async function loadDraft(id: string): Promise<Plan> {
  const { data: batch } = await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id } } }));
  if (batch.state !== 'draft') throw new NotADraft(batch.state);
  const relations = await allRelations(id);
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
    rows: relations.map((relation) => rowOf(relation, batch)),
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
    amount: relation.amount,
    ratio: '',
    memo: relation.memo ?? '',
  };
}
