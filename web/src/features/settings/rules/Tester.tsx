import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parse } from '@/money/amount';
import { useScale } from '@/ui/currencies';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Card } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { bandFor, type Rule } from './band';
import { useBandWords } from './words';

/** Who would have to approve an amount, by the rules in effect. */
export function Tester({ rules }: { rules: Rule[] }) {
  const { t } = useTranslation();
  const scaleOf = useScale();
  const { levelText } = useBandWords();
  const [currency, setCurrency] = useState(rules[0]?.currency ?? '');
  const [text, setText] = useState('');
  const { amount } = parse(text, scaleOf(currency), currency);
  const rule = rules.find((one) => one.currency === currency);
  const band = amount === undefined || rule === undefined ? null : bandFor(rule.bands, amount);
  return (
    <Card title={t('rules.test.title')}>
      <div className="stack">
        <div className="settings-fields">
          <MoneyInput label={t('rules.test.amount')} value={text} onChange={setText} currency={currency} scale={scaleOf(currency)} />
          <Field label={t('rules.currency')}>
            {(id) => <Select id={id} value={currency} onChange={setCurrency} options={rules.map((one) => ({ value: one.currency, label: one.currency }))} />}
          </Field>
        </div>
        <div role="status">
          {amount !== undefined && band === null && <p style={{ margin: 0 }}>{t('rules.test.nobody')}</p>}
          {band !== null && <ol className="sentences">{band.levels.map((level, index) => <li key={index}>{levelText(level)}</li>)}</ol>}
        </div>
        <p className="soft small" style={{ margin: 0 }}>{t('rules.test.note')}</p>
      </div>
    </Card>
  );
}
