import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useMe } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Card, Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time, useInfo } from '@/ui/Time';
import { Approvals } from '../detail/Approvals';
import { noteOf, readAll } from '../detail/Timeline';
import { batchWord } from '../words';
import { FailedItems } from './FailedItems';
import './record.css';

type Batch = Schemas['BatchDetailView'];

/** The record of a batch for the binder: what it is, who approved which content, what came of it and why. */
export function RecordPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const batch = useQuery({
    queryKey: keys.batch.head(id),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id } } }))).data,
    staleTime: 5000,
  });
  if (batch.data === undefined) {
    return <Page title={t('record.title')}>{batch.error === null ? <Loading lines={8} /> : <ProblemNote error={batch.error} onRetry={() => void batch.refetch()} />}</Page>;
  }
  return (
    <Page title={batch.data.name} windowTitle={`${batch.data.batchNumber} · ${t('record.title')}`} updating={batch.isFetching}
      actions={<Button className="no-print" type="primary" onClick={() => window.print()}>{t('batch.verb.print')}</Button>}>
      <Link className="no-print" to={paths.batch(batch.data.batchNumber)}>‹ {t('batch.one')}</Link>
      <div className="record stack">
        <Printed />
        <Head batch={batch.data} />
        <Outcome batch={batch.data} />
        {batch.data.failedCount > 0 && <FailedItems id={id} batch={batch.data} />}
        <section className="stack tight"><h2>{t('batch.tab.approval')}</h2><Approvals id={id} currency={batch.data.currency} /></section>
        <Events id={id} />
      </div>
    </Page>
  );
}

/** Who printed it and when: a record of a batch that still runs is one of that moment. */
function Printed() {
  const { t } = useTranslation();
  const { user } = useMe();
  const info = useInfo().data;
  const [now] = useState(() => new Date().toISOString());
  return (
    <div className="soft">
      {info?.organisationName != null && <><bdi>{info.organisationName}</bdi> · </>}
      {t('record.made', { name: user.name })} <Time at={now} /> · {t('record.zone', { zone: info?.timeZone ?? 'UTC' })}
    </div>
  );
}

function Head({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const side = batch.sourceAccount ?? batch.targetAccount;
  const at = (when: string | null | undefined) => (when == null ? '–' : <Time at={when} />);
  return (
    <Card title={t('record.batch')}>
      <dl className="facts left">
        <dt>{t('record.number')}</dt><dd>{batch.batchNumber}</dd>
        <dt>{t('batch.column.type')}</dt><dd>{t(`batch.type.${batch.type}`)}{side != null && ` · ${t(batch.sourceAccount == null ? 'batch.toAccount' : 'batch.fromAccount', { account: side })}`}</dd>
        <dt>{t('batch.column.status')}</dt><dd>{t(batchWord(batch.state, batch.approval.needed))}</dd>
        {batch.remarks != null && batch.remarks !== '' && <><dt>{t('record.remarks')}</dt><dd><bdi>{batch.remarks}</bdi></dd></>}
        <dt>{t('record.created')}</dt><dd>{at(batch.createdAt)} · <bdi>{batch.createdBy}</bdi></dd>
        <dt>{t('record.submitted')}</dt><dd>{at(batch.submittedAt)}</dd>
        <dt>{t('record.started')}</dt><dd>{at(batch.startedAt)}</dd>
        <dt>{t('record.completed')}</dt><dd>{at(batch.completedAt)}</dd>
        <dt>{t('batch.approval.hash')}</dt><dd>{batch.approval.contentHash == null ? t('record.noHash') : <code>{batch.approval.contentHash}</code>}</dd>
      </dl>
    </Card>
  );
}

function Outcome({ batch }: { batch: Batch }) {
  const { t, i18n } = useTranslation();
  const rows = [
    ['total', batch.totalCount, batch.totalAmount],
    ['completed', batch.successCount, batch.successAmount],
    ['failed', batch.failedCount, batch.failedAmount],
    ['pending', batch.pendingCount, null],
    ['skipped', batch.skippedCount, null],
  ] as const;
  return (
    <Card title={t('record.outcome')}>
      <table>
        <thead><tr><th scope="col">{t('record.items')}</th><th scope="col" className="right">{t('record.count')}</th><th scope="col" className="right">{t('batch.items.amount')}</th></tr></thead>
        <tbody>
          {rows.map(([name, count, amount]) => (
            <tr key={name}>
              <th scope="row">{name === 'total' ? t('record.all') : t(`batch.figure.${name}`)}</th>
              <td className="right num">{count.toLocaleString(i18n.language)}</td>
              <td className="right"><Money value={amount} currency={batch.currency} /></td>
            </tr>
          ))}
          <tr><th scope="row">{t('batch.figure.fees')}</th><td /><td className="right"><Money value={batch.feeAmount} currency={batch.currency} /></td></tr>
        </tbody>
      </table>
    </Card>
  );
}

/** The history, oldest first: a record is read from the top. */
function Events({ id }: { id: string }) {
  const { t } = useTranslation();
  const history = useQuery({ queryKey: keys.batch.history(id), queryFn: () => readAll(id) });
  if (history.isPending) return <Loading />;
  if (history.error !== null) return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <Card title={t('batch.tab.timeline')}>
      <div className="scroll" role="region" tabIndex={0} aria-label={t('batch.tab.timeline')}>
        <table>
          <tbody>
            {history.data.map((event) => (
              <tr key={event.id}>
                <td className="nowrap"><Time at={event.createdAt} /></td>
                <td>{event.message}{noteOf(event) !== null && <bdi className="soft"> “{noteOf(event)}”</bdi>}</td>
                <td><bdi>{event.operator}</bdi></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
