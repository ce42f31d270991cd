import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Button } from 'antd';
import { useCurrencies } from '@/ui/currencies';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Section } from '../Section';
import { Trail } from '../Trail';
import type { Rule } from './band';
import { EditRule } from './EditRule';
import { Tester } from './Tester';
import { Waiting } from './Waiting';
import { useBandWords } from './words';

/** Who must approve what, one card a currency, with a way to try an amount. */
export function RulesPage() {
  const { t } = useTranslation();
  const currencies = useCurrencies();
  const rules = useQuery({
    queryKey: keys.rules,
    queryFn: async () => (await answer(api.GET('/api/v2/approval-policies'))).data,
  });
  const known = rules.data ?? [];
  // A currency without a policy has none to list, but one can be set.
  const unset = currencies.filter(({ code }) => !known.some((rule) => rule.currency === code)).map(({ code }): Rule => ({ currency: code, bands: [], unreachableFor: [], validHours: 0, version: 0 }));
  const all = [...known, ...unset];
  return (
    <Section section="approval" updating={rules.isFetching && !rules.isPending}>
      {rules.isPending && <Loading />}
      {rules.error !== null && <ProblemNote error={rules.error} onRetry={() => void rules.refetch()} />}
      {rules.data !== undefined && all.length > 0 && <Tester rules={all} />}
      {rules.data !== undefined && all.map((rule) => <RuleCard key={rule.currency} rule={rule} />)}
      <Trail subject="approval_policy" title={t('rules.trail')} />
    </Section>
  );
}

function RuleCard({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const can = useCan();
  const { bandText } = useBandWords();
  const [isEditing, setEditing] = useState(false);
  const { currency, bands, unreachableFor, validHours, waiting } = rule;
  return (
    <Card title={currency} extra={can('setApprovalPolicy') && <Button onClick={() => setEditing(true)}>{t('rules.edit')}…</Button>}>
      <div className="stack">
        {bands.length === 0 ? <p style={{ margin: 0 }}>{t('rules.none')}</p> : (
          <ul className="sentences">
            {bands.map((band) => <li key={band.from}>{bandText(band, currency)}</li>)}
            <li>{t('rules.below')}</li>
            <li>{validHours === 0 ? t('rules.always') : t('rules.valid', { count: validHours })}</li>
          </ul>
        )}
        {unreachableFor.length > 0 && <div className="note warn"><p>{t('rules.unreachable', { names: unreachableFor.join(', ') })}</p></div>}
        {waiting != null && <Waiting currency={currency} waiting={waiting} />}
      </div>
      {isEditing && <EditRule rule={rule} onClose={() => setEditing(false)} />}
    </Card>
  );
}
