import { Input } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { format, parse, type AmountFault } from '@/money/amount';

interface Props {
  label: string;
  hideLabel?: boolean;
  value: string;
  onChange: (text: string) => void;
  currency: string;
  scale: number;
  disabled?: boolean;
  /** Why the server or the form refuses the amount. */
  fault?: string | undefined;
  size?: 'small' | 'middle';
}

/** Why typed text is no amount, or null. An empty field is not yet wrong. */
export function amountFault(text: string, scale: number, currency: string): AmountFault | null {
  const { fault } = parse(text, scale, currency);
  return fault === undefined || fault === 'empty' ? null : fault;
}

/** Text until it is left: no wheel, no arrows, no rounding. Antd's InputNumber loses digits of large amounts. */
export function MoneyInput({ label, hideLabel, value, onChange, currency, scale, disabled, fault, size }: Props) {
  const id = useId();
  const { t } = useTranslation();
  const own = amountFault(value, scale, currency);
  const why = own === null ? fault : t(`ui.amount.${own}`, { currency, count: scale });
  const group = () => {
    const { amount } = parse(value, scale, currency);
    if (amount !== undefined) onChange(format(amount));
  };
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'sr' : undefined}>{label}</label>
      <Input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        value={value}
        {...(size && { size })}
        disabled={disabled}
        suffix={<span className="soft">{currency}</span>}
        {...(why !== undefined && { status: 'error' as const })}
        aria-invalid={why !== undefined}
        aria-describedby={why === undefined ? undefined : `${id}-why`}
        className="num"
        onChange={(event) => onChange(event.target.value)}
        onBlur={group}
      />
      {why !== undefined && <span id={`${id}-why`} className="why">{why}</span>}
    </div>
  );
}
