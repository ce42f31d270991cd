import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { Section } from '../Section';
import { Trail } from '../Trail';
import { NewRate } from './NewRate';
import { Tolerance } from './Tolerance';

type Rate = Schemas['FxRateView'];

/** The rate of each pair now; a chosen pair shows how far it may move. Earlier rates are in the audit log. */
export function RatesPage() {
  const { t } = useTranslation();
  const can = useCan();
  const [editing, setEditing] = useState<Partial<Rate> | null>(null);
  const [shown, setShown] = useState('');
  const rates = useQuery({ queryKey: keys.rates, queryFn: async () => (await answer(api.GET('/api/v2/fx-rates'))).data });
  const pair = (rate: Rate) => `${rate.source}/${rate.target}`;
  return (
    <Section section="rates" actions={can('setFxRate') && <Button type="primary" onClick={() => setEditing({})}>{t('rates.add')}…</Button>}>
      {rates.isPending && <Loading />}
      {rates.error !== null && <ProblemNote error={rates.error} onRetry={() => void rates.refetch()} />}
      {rates.data !== undefined && (
        <Card>
          {rates.data.length === 0 && <Empty text={t('rates.none')} />}
          <ul className="lines">
            {rates.data.map((rate) => (
              <li key={pair(rate)}>
                <span className="rest">
                  <span className="num strong">{t('rates.line', { source: rate.source, rate: rate.rate, target: rate.target })}</span>
                  <br />
                  <span className="soft small"><Time at={rate.createdAt} /> · {rate.origin}</span>
                </span>
                <span className="row">
                  <Button aria-expanded={shown === pair(rate)} onClick={() => setShown(shown === pair(rate) ? '' : pair(rate))}>{t('rates.tolerance')}</Button>
                  {can('setFxRate') && <Button onClick={() => setEditing(rate)}>{t('rates.set')}…</Button>}
                </span>
                {shown === pair(rate) && <Tolerance source={rate.source} target={rate.target} />}
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Trail subject="fx_rate" title={t('rates.trail')} tell={told} />
      {editing !== null && <NewRate rates={rates.data ?? []} from={editing} onClose={() => setEditing(null)} />}
    </Section>
  );
}

/** The entry's own figures, if it has them in the form that is known here. */
function told({ details }: Schemas['AuditView']): string | null {
  const { source, target, rate } = details;
  return typeof source === 'string' && typeof target === 'string' && typeof rate === 'string' ? `${source}/${target} ${rate}` : null;
}
