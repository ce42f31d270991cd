import { Checkbox, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { format } from '@/money/amount';
import { splitEqually, splitByRatio, parseRatio } from '@/money/split';
import { parse } from '@/money/amount';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Card } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { AmountRows } from './AmountRows';
import { emptyRows, type AmountMode, type Plan } from './plan';
import type { DraftStore } from './store';

const MODES: AmountMode[] = ['equal', 'fixed', 'custom', 'ratio'];
const FAILURES = ['continue', 'stop_on_failure', 'atomic'] as const;

/** Step 2: how much each gets, the memo, and what happens when one fails. */
export function StepAmounts({ plan, store }: { plan: Plan; store: DraftStore }) {
  const { t } = useTranslation();
  const [onlyEmpty, setOnlyEmpty] = useState(false);
  const currency = plan.single?.currency ?? '';
  const scale = plan.single?.scale ?? 2;
  const empty = emptyRows(plan);
  return (
    <>
      <Card>
        <div className="form">
          <Radio.Group aria-label={t('draft.amountMode')} value={plan.amountMode} onChange={(event) => store.change({ amountMode: event.target.value as AmountMode })}
            options={MODES.map((value) => ({ value, label: t(`draft.amounts.${value}`) }))} />
          <div className="two">
            {(plan.amountMode === 'equal' || plan.amountMode === 'ratio') && (
              <div>
                <MoneyInput label={t('draft.totalToSplit')} value={plan.total} currency={currency} scale={scale} onChange={(total) => store.change({ total })} />
                <Remainder plan={plan} />
              </div>
            )}
            {plan.amountMode === 'fixed' && <MoneyInput label={t('draft.each')} value={plan.fixed} currency={currency} scale={scale} onChange={(fixed) => store.change({ fixed })} />}
            <Field label={t('draft.memo')}>
              {(id) => <Input id={id} value={plan.memo} maxLength={500} onChange={(event) => store.change({ memo: event.target.value })} />}
            </Field>
            <Field label={t('draft.remarks')} hint={t('draft.remarksHint')}>
              {(id) => <Input id={id} value={plan.remarks} maxLength={500} onChange={(event) => store.change({ remarks: event.target.value })} />}
            </Field>
            <div className="field">
              <span className="label" id="draft-failure">{t('draft.failure')}</span>
              <Radio.Group aria-labelledby="draft-failure" value={plan.failure} onChange={(event) => store.change({ failure: event.target.value as Plan['failure'] })}
                options={FAILURES.map((value) => ({ value, label: t(`draft.failures.${value}`) }))} />
            </div>
          </div>
        </div>
      </Card>
      {empty > 0 && (plan.amountMode === 'custom' || plan.amountMode === 'ratio') && (
        <Checkbox checked={onlyEmpty} onChange={(event) => setOnlyEmpty(event.target.checked)}>{t('draft.onlyEmpty', { count: empty })}</Checkbox>
      )}
      <AmountRows plan={plan} store={store} onlyEmpty={onlyEmpty && empty > 0} />
    </>
  );
}

/** Says where the cents go that cannot be shared. */
function Remainder({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const { single, rows } = plan;
  if (single === null) return null;
  const total = parse(plan.total, single.scale, single.currency).amount;
  if (total === undefined || rows.length === 0) return null;
  if (total.minor < BigInt(rows.length)) {
    return <span className="why bad small">{t('draft.tooSmall', { count: rows.length, least: format({ ...total, minor: BigInt(rows.length) }) })}</span>;
  }
  if (plan.amountMode === 'equal') {
    const { shares, remainder } = splitEqually(total.minor, rows.length);
    const each = format({ ...total, minor: shares.at(-1) ?? 0n });
    return <span className="soft small num">{t('draft.eachGets', { each })} {remainder > 0 && t('draft.remainder', { count: remainder })}</span>;
  }
  const ratios = rows.map((row) => parseRatio(row.ratio)).filter((ratio) => ratio !== null);
  if (ratios.length < rows.length) return null;
  const { remainder } = splitByRatio(total.minor, ratios);
  return remainder === 0 ? null : <span className="soft small num">{t('draft.remainderRatio', { count: remainder })}</span>;
}
