import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { AccountPicker } from '@/ui/AccountPicker';
import { Card } from '@/ui/Page';
import { Chips, Field } from '@/ui/parts';
import { useNarrow } from '@/ui/use-narrow';
import { Available } from './Available';
import { singleOf, type Plan } from './plan';
import { Selected } from './Selected';
import type { DraftStore } from './store';

/** Step 1: the single account, and the accounts on the other side. */
export function StepWho({ plan, store }: { plan: Plan; store: DraftStore }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [pane, setPane] = useState<'available' | 'selected'>('available');
  const chips = [
    { key: 'available' as const, label: t('draft.available') },
    { key: 'selected' as const, label: t('draft.selected'), count: plan.rows.length },
  ];
  return (
    <>
      <Card>
        <div className="two">
          <Field label={t('draft.name')}>
            {(id) => <Input id={id} value={plan.name} maxLength={255} onChange={(event) => store.change({ name: event.target.value })} />}
          </Field>
          <Single plan={plan} store={store} />
        </div>
      </Card>
      {plan.single === null ? (
        <div className="note run">{t(`draft.chooseSingle.${plan.type}`)}</div>
      ) : (
        <>
          {narrow && <Chips<'available' | 'selected'> label={t('draft.step.who')} value={pane} onChange={setPane} chips={chips} />}
          <div className="panes">
            {(!narrow || pane === 'available') && <Available plan={plan} store={store} />}
            {(!narrow || pane === 'selected') && <Selected plan={plan} store={store} />}
          </div>
        </>
      )}
    </>
  );
}

/** The server keeps the single account of a draft for good (API-GAPS, G1): it can be chosen until then. */
function Single({ plan, store }: { plan: Plan; store: DraftStore }) {
  const { t } = useTranslation();
  const id = plan.single === null ? null : `acct_${plan.single.id}`;
  const { data: account } = useQuery({
    queryKey: keys.account(id ?? ''),
    queryFn: async () => (await answer(api.GET('/api/v2/accounts/{id}', { params: { path: { id: id ?? '' } } }))).data,
    enabled: id !== null,
  });
  return (
    <Field label={t(`draft.single.${plan.type}`)} {...(plan.batch !== null && { hint: t('draft.singleFixed') })}>
      {(field) =>
        plan.batch === null ? (
          <AccountPicker id={field} value={id === null ? null : (account ?? null)}
            onChange={(chosen) => store.change({ single: chosen === null ? null : singleOf(chosen), rows: plan.rows.filter((row) => chosen === null || `acct_${row.id}` !== chosen.id) })} />
        ) : (
          <Input id={field} readOnly value={`${plan.single?.number ?? ''} · ${plan.single?.name ?? ''}`} />
        )
      }
    </Field>
  );
}
