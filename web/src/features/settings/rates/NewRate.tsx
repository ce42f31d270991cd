import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { useCurrencies } from '@/ui/currencies';
import { Field } from '@/ui/parts';
import { isLarge, movedBy, percentText, rateOf } from './change';

type Rate = Schemas['FxRateView'];

/** Enters a rate. How far it moves is shown, and a large move has to be confirmed. */
export function NewRate({ rates, from, onClose }: { rates: Rate[]; from: Partial<Rate>; onClose: () => void }) {
  const { t } = useTranslation();
  const options = useCurrencies().map(({ code }) => ({ value: code, label: code }));
  const [pair, setPair] = useState({ source: from.source ?? '', target: from.target ?? '' });
  const [text, setText] = useState('');
  const rate = rateOf(text);
  const before = rates.find(({ source, target }) => source === pair.source && target === pair.target);
  const moved = before === undefined || rate === null ? null : movedBy(before.rate, rate);
  const body = { ...pair, rate: rate ?? '' };
  const lack = pair.source === '' || pair.target === '' || pair.source === pair.target ? t('rates.lackPair') : rate === null ? t('rates.lackRate') : undefined;
  const percent = moved === null ? '' : percentText(moved);
  return (
    <ChangeDialog subject={`rate:${pair.source}:${pair.target}`} content={body} title={t('rates.add')} confirm={t('rates.set')} blocked={lack}
      tick={moved !== null && isLarge(moved) ? t('rates.large', { percent }) : undefined}
      send={async (key) => (await answer(api.POST('/api/v2/fx-rates', { params: { header: { 'Idempotency-Key': key } }, body }))).data}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: keys.rates });
        void queries.invalidateQueries({ queryKey: ['trail'] });
        onClose();
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{t('rates.effect')}</p>
      <div className="settings-fields">
        {(['source', 'target'] as const).map((side) => (
          <Field key={side} label={t(`rates.${side}`)}>{(id) => <Select id={id} value={pair[side] === '' ? null : pair[side]} options={options} onChange={(code: string) => setPair({ ...pair, [side]: code })} />}</Field>
        ))}
        <Field label={t('rates.rate')} hint={t('rates.rateHint')}>{(id) => <Input id={id} inputMode="decimal" className="num" autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} />}</Field>
      </div>
      {before !== undefined && rate !== null && <p className="num" role="status" style={{ margin: 0 }}>{t('rates.moves', { before: before.rate, after: rate, percent })}</p>}
    </ChangeDialog>
  );
}
