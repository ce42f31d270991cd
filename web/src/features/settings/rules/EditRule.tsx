import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { parse, toDecimal } from '@/money/amount';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { useScale } from '@/ui/currencies';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Field } from '@/ui/parts';
import type { Band, Level, Rule } from './band';
import { usePeople } from './words';

const COUNTS = [1, 2, 3, 4, 5];
const HOURS = [0, 24, 72, 168, 720];

/** The bands of a currency as they will be. They are all sent, on the version that was seen. */
export function EditRule({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { t } = useTranslation();
  const { currency, version } = rule;
  const scale = useScale()(currency);
  const [bands, setBands] = useState<Band[]>(rule.bands);
  const [validHours, setValidHours] = useState(rule.validHours);
  const read = bands.map((band) => parse(band.from, scale, currency).amount);
  const isComplete = read.every((amount) => amount !== undefined) && bands.every((band) => band.levels.length > 0);
  const body = { currency, version, validHours, bands: bands.map((band, index) => ({ ...band, from: read[index] === undefined ? band.from : toDecimal(read[index]) })) };
  const change = (at: number, band: Band) => setBands(bands.map((old, index) => (index === at ? band : old)));
  const hours = HOURS.includes(validHours) ? HOURS : [...HOURS, validHours];
  return (
    <ChangeDialog subject={`rules:${currency}`} content={body} title={t('rules.ask', { currency })} confirm={t('rules.save')} blocked={isComplete ? undefined : t('rules.lack')}
      send={async (_, code) => (await answer(api.PUT('/api/v2/approval-policies', { body: { ...body, ...code } }))).data}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: keys.rules });
        onClose();
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{t('rules.effect')}</p>
      {bands.map((band, index) => (
        <fieldset key={index} className="ticks card-like">
          <legend className="row">
            <span className="strong">{t('rules.bandNumber', { number: index + 1 })}</span>
            <Button size="small" onClick={() => setBands(bands.filter((_, at) => at !== index))}>{t('rules.remove')}</Button>
          </legend>
          <MoneyInput label={t('rules.from')} value={band.from} onChange={(from) => change(index, { ...band, from })} currency={currency} scale={scale} />
          {band.levels.map((level, at) => (
            <LevelFields key={at} level={level}
              onChange={(next) => change(index, { ...band, levels: band.levels.map((old, place) => (place === at ? next : old)) })}
              onRemove={() => change(index, { ...band, levels: band.levels.filter((_, place) => place !== at) })} />
          ))}
          <div><Button size="small" onClick={() => change(index, { ...band, levels: [...band.levels, { count: 1, roles: ['finance', 'admin'] }] })}>{t('rules.addLevel')}</Button></div>
        </fieldset>
      ))}
      <div><Button onClick={() => setBands([...bands, { from: '', levels: [{ count: 1, roles: ['finance', 'admin'] }] }])}>{t('rules.addBand')}</Button></div>
      <Field label={t('rules.validFor')}>
        {(id) => <Select id={id} value={validHours} onChange={setValidHours} options={hours.map((value) => ({ value, label: value === 0 ? t('rules.always') : t('rules.hours', { count: value }) }))} />}
      </Field>
    </ChangeDialog>
  );
}

function LevelFields({ level, onChange, onRemove }: { level: Level; onChange: (level: Level) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const people = usePeople().filter((user) => user.status !== 'disabled' && (user.role === 'finance' || user.role === 'admin'));
  const users = level.users ?? [];
  const options = [...people.map((user) => ({ value: user.id, label: user.login })), ...users.filter((id) => !people.some((user) => user.id === id)).map((id) => ({ value: id, label: id }))];
  const counts = COUNTS.includes(level.count) ? COUNTS : [...COUNTS, level.count];
  return (
    <div className="settings-fields">
      <Field label={t('rules.count')}>{(id) => <Select id={id} value={level.count} onChange={(count) => onChange({ ...level, count })} options={counts.map((value) => ({ value, label: String(value) }))} />}</Field>
      <Field label={t('rules.roles')}>
        {(id) => <Select id={id} mode="multiple" value={level.roles ?? []} onChange={(roles) => onChange({ ...level, roles })} options={(['finance', 'admin'] as const).map((value) => ({ value, label: t(`rules.role.${value}`) }))} />}
      </Field>
      <Field label={t('rules.users')}>{(id) => <Select id={id} mode="multiple" optionFilterProp="label" value={users} onChange={(chosen) => onChange({ ...level, users: chosen })} options={options} />}</Field>
      <div><Button size="small" onClick={onRemove}>{t('rules.removeLevel')}</Button></div>
    </div>
  );
}
