import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { fractionOf, partsPerMillion, percentOf } from '../limits/policy';

/** How far a pair's rate may move, and how long a submitted batch keeps its own. */
export function Tolerance({ source, target }: { source: string; target: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  const found = useQuery({
    queryKey: keys.fxPolicy(source, target),
    queryFn: async () => (await answer(api.GET('/api/v2/fx-rates/policies', { params: { query: { source, target } } }))).data,
  });
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading lines={2} />;
  const { tolerance, maxAgeHours, rounding, minimum } = found.data;
  return (
    <div className="settings-wide stack tight">
      <ul className="sentences">
        <li>{partsPerMillion(tolerance) === 0n ? t('rates.anyMove') : t('rates.moveAtMost', { percent: percentOf(tolerance) })}</li>
        <li>{maxAgeHours === 0 ? t('rates.noAge') : t('rates.age', { count: maxAgeHours })}</li>
        <li>{t('rates.rounding', { rounding, minimum, target })}</li>
      </ul>
      {can('setFxPolicy') && <div><Button size="small" onClick={() => setEditing(true)}>{t('rates.editTolerance')}…</Button></div>}
      {isEditing && <EditTolerance policy={found.data} onClose={() => setEditing(false)} />}
    </div>
  );
}

function EditTolerance({ policy, onClose }: { policy: Schemas['FxPolicyView']; onClose: () => void }) {
  const { t } = useTranslation();
  const { source, target } = policy;
  const [percent, setPercent] = useState(percentOf(policy.tolerance));
  const [hours, setHours] = useState(String(policy.maxAgeHours));
  const tolerance = fractionOf(percent);
  const isWhole = /^\d{1,6}$/.test(hours);
  const body = { source, target, ...(tolerance !== null && { tolerance }), ...(isWhole && { maxAgeHours: Number.parseInt(hours, 10) }) };
  return (
    <ChangeDialog subject={`fx-policy:${source}:${target}`} content={body} title={t('rates.askTolerance', { source, target })} confirm={t('rates.saveTolerance')}
      blocked={tolerance === null || !isWhole ? t('rates.lackTolerance') : undefined}
      send={async (_, code) => (await answer(api.PUT('/api/v2/fx-rates/policies', { body: { ...body, ...code } }))).data}
      onDone={(next) => {
        queries.setQueryData(keys.fxPolicy(source, target), next);
        onClose();
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{t('rates.effectTolerance')}</p>
      <Field label={t('rates.tolerance')} hint={t('rates.zero')}>{(id) => <Input id={id} inputMode="decimal" className="num" suffix="%" value={percent} onChange={(event) => setPercent(event.target.value)} />}</Field>
      <Field label={t('rates.hours')} hint={t('rates.zero')}>{(id) => <Input id={id} inputMode="numeric" className="num" value={hours} onChange={(event) => setHours(event.target.value)} />}</Field>
    </ChangeDialog>
  );
}
