import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { Card } from '@/ui/Page';

const DISMISSED = 'home:first-steps';

interface Step {
  key: 'factor' | 'accounts' | 'batch';
  done: boolean;
  to: string;
  may: boolean;
}

/** Whether anything is there yet; null until it is known. */
function useSteps(): Step[] | null {
  const can = useCan();
  const { nextSteps } = useMe();
  const accounts = useQuery({
    queryKey: keys.accounts({ pageSize: 1, first: 1 }),
    queryFn: async () => (await answer(api.GET('/api/v2/accounts', { params: { query: { pageSize: 1, page: 1 } } }))).data.length,
    enabled: can('listAccounts'),
    staleTime: 60_000,
  });
  const batches = useQuery({
    queryKey: keys.batches({ pageSize: 1, first: 1 }),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers', { params: { query: { pageSize: 1, page: 1 } } }))).data.batchTransfers.length,
    enabled: can('listBatchTransfers'),
    staleTime: 60_000,
  });
  if (accounts.data === undefined || batches.data === undefined) return null;
  return [
    { key: 'factor', done: !nextSteps.includes('enrolTotp'), to: paths.me('factor'), may: true },
    { key: 'accounts', done: accounts.data > 0, to: paths.accounts(), may: can('openAccount') },
    { key: 'batch', done: batches.data > 0, to: paths.newBatch(), may: can('createBatchTransfer') },
  ];
}

/** What to do in an organisation that has nothing yet. It stays away for the session once it was sent away. */
export function FirstSteps() {
  const { t } = useTranslation();
  const steps = useSteps();
  const [gone, setGone] = useState(() => sessionStorage.getItem(DISMISSED) !== null);
  const empty = steps?.some((step) => step.key !== 'factor' && !step.done) ?? false;
  if (gone || steps === null || !empty || !steps.some((step) => step.may && step.key !== 'factor')) return null;
  const dismiss = () => {
    sessionStorage.setItem(DISMISSED, '1');
    setGone(true);
  };
  return (
    <Card title={t('home.first.title')} extra={<button type="button" className="link" onClick={dismiss}>{t('home.first.dismiss')}</button>}>
      <ol className="home-list">
        {steps.map((step) => (
          <li key={step.key} className="row apart">
            <span><span aria-hidden="true">{step.done ? '✓' : '○'}</span> {t(`home.first.${step.key}`)}{step.done && <span className="soft"> · {t('home.first.done')}</span>}</span>
            {!step.done && step.may && <Link to={step.to}><Button size="small" aria-label={`${t('home.first.go')}: ${t(`home.first.${step.key}`)}`}>{t('home.first.go')}</Button></Link>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
