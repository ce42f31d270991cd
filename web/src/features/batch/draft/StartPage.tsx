import { useQuery } from '@tanstack/react-query';
import { Button, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Card, Page } from '@/ui/Page';
import { Time, useTimeText } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { readJournal, writeJournal } from './journal';
import { emptyPlan, type BatchType } from './plan';
import { NEW } from './store';
import { startAfresh } from './use-draft';

/** The mode of document 000's first step, and drafts to continue. Opening this page creates nothing. */
export function StartPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { user } = useMe();
  const can = useCan();
  const time = useTimeText();
  const [type, setType] = useState<BatchType>('one_to_many');
  const { group } = useSearch(['group'] as const).search;
  const unsaved = readJournal(user.id, NEW);
  const start = () => {
    startAfresh(user.id);
    writeJournal(user.id, NEW, emptyPlan(type, t('draft.defaultName', { type: t(`batch.type.${type}`), date: time(new Date().toISOString(), 'date') })));
    void go(paths.draft(NEW, 'who', { group }));
  };
  return (
    <Page title={t('app.menu.batch')}>
      <Card title={t('draft.start')}>
        <div className="stack">
          <Radio.Group aria-label={t('draft.mode')} value={type} onChange={(event) => setType(event.target.value as BatchType)}>
            <div className="stack tight">
              {(['one_to_many', 'many_to_one'] as const).map((value) => (
                <Radio key={value} value={value}>
                  <span className="strong">{t(`draft.type.${value}`)}</span> <span className="soft">{t(`draft.typeHint.${value}`)}</span>
                </Radio>
              ))}
            </div>
          </Radio.Group>
          <div className="row">
            <Button type="primary" onClick={start}>{t('draft.pick')}</Button>
            {can('createBatchFromTemplate') && <Link to={paths.templates()}><Button>{t('draft.fromTemplate')}</Button></Link>}
            {can('uploadFile') && <Button onClick={() => void go(paths.batchFile({ type }))}>{t('draft.upload')}</Button>}
          </div>
        </div>
      </Card>
      {unsaved !== null && (
        <Card title={t('draft.unsaved')}>
          <div className="row apart">
            <span><bdi className="strong">{unsaved.name}</bdi> <span className="soft">{t('draft.rows', { count: unsaved.rows.length })}</span></span>
            <Link to={paths.draft(NEW, 'who')}><Button size="small">{t('batch.list.continue')}</Button></Link>
          </div>
        </Card>
      )}
      <Drafts />
    </Page>
  );
}

function Drafts() {
  const { t } = useTranslation();
  const { user } = useMe();
  const filter = { state: 'draft' as const, pageSize: 20 };
  const { data } = useQuery({
    queryKey: keys.batches(filter),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers', { params: { query: filter } }))).data.batchTransfers,
  });
  const own = (data ?? []).filter((batch) => batch.createdBy === user.login);
  if (own.length === 0) return null;
  return (
    <Card title={t('draft.continue')}>
      <ul className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {own.map((batch) => (
          <li key={batch.id} className="row apart">
            <span className="row">
              <bdi className="strong">{batch.name}</bdi>
              <span className="soft">{batch.batchNumber} · <Money value={batch.totalAmount} currency={batch.currency} /> · <Time at={batch.updatedAt} /></span>
            </span>
            <Link to={paths.draft(batch.batchNumber, 'who')}><Button size="small" aria-label={`${t('batch.list.continue')}: ${batch.name}`}>{t('batch.list.continue')}</Button></Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
