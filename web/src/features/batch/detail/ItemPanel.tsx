import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import type { ProblemCode } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Loading } from '@/ui/parts';
import { Time } from '@/ui/Time';
import { ItemPill } from '../StatePill';
import type { BatchDetail } from './BatchPage';
import type { ItemAction } from './ItemDialog';
import type { Item } from './Items';

/** One item: all of its fields, its attempts, and what can be done with it. */
export function ItemPanel({ id, item, batch, onAsk }: { id: string; item: Item; batch: BatchDetail; onAsk: (action: ItemAction) => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const open = item.state === 'failed' || item.state === 'pending';
  const begun = batch.startedAt !== null && batch.startedAt !== undefined;
  return (
    <div className="stack">
      <div><ItemPill state={item.state} /></div>
      {item.errorCode && (
        <div className="note err">
          <p className="strong">{item.errorMessage}</p>
          <p>{t(`errors.next.${NEXT_STEP[item.errorCode as ProblemCode]}`)}</p>
        </div>
      )}
      <dl className="facts left">
        <dt>{t('batch.items.payer')}</dt><dd><Link to={paths.account(`acct_${item.sourceAccountId}`)}>{item.sourceAccount}</Link></dd>
        <dt>{t('batch.items.payee')}</dt><dd><Link to={paths.account(`acct_${item.targetAccountId}`)}>{item.targetAccount}</Link></dd>
        <dt>{t('batch.items.amount')}</dt><dd><Money value={item.amount} currency={batch.currency} /></dd>
        <dt>{t('batch.figure.fees')}</dt><dd>{item.fee ? <Money value={item.fee} currency={batch.currency} /> : '–'}</dd>
        <dt>{t('batch.items.memo')}</dt><dd><bdi>{item.memo ?? '–'}</bdi></dd>
        <dt>{t('batch.items.reference')}</dt><dd><bdi>{item.reference ?? '–'}</bdi></dd>
        <dt>{t('batch.items.externalId')}</dt><dd>{item.externalId ?? '–'}</dd>
        {item.transferId && <><dt>{t('batch.items.transfer')}</dt><dd><Link to={paths.transferDetail(`xfer_${item.transferId}`)}>xfer_{item.transferId}</Link></dd></>}
      </dl>
      {begun && open && (
        <div className="row">
          {item.state === 'failed' && can('retryRelation') && <Button type="primary" onClick={() => onAsk('retry')}>{t('batch.retry.one')}…</Button>}
          {can('skipRelation') && <Button onClick={() => onAsk('skip')}>{t('batch.skip.one')}…</Button>}
        </div>
      )}
      <Attempts id={id} item={item} currency={batch.currency} />
    </div>
  );
}

function Attempts({ id, item, currency }: { id: string; item: Item; currency: string }) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: [...keys.batch.all(id), 'item', item.id, item.updatedAt],
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}/relations/{relationId}/history', { params: { path: { id, relationId: String(item.id) } } }))).data,
  });
  if (history.isPending) return <Loading lines={2} />;
  const attempts = history.data?.attempts ?? [];
  if (attempts.length === 0) return null;
  return (
    <div className="stack tight">
      <h2>{t('batch.items.attempts')}</h2>
      {attempts.map((attempt) => (
        <div key={attempt.number}>
          <div className="row"><ItemPill state={attempt.status} /> <Money value={attempt.amount} currency={currency} /> {attempt.at && <span className="soft small"><Time at={attempt.at} /></span>}</div>
          {attempt.errorMessage && <div className="soft small">{attempt.errorMessage}</div>}
        </div>
      ))}
    </div>
  );
}
