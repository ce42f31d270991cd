import { useTranslation } from 'react-i18next';
import { format, fromDecimal, fromMinor, type Amount } from '@/money/amount';

/** Text of an amount with its currency's code; a symbol belongs to no one currency. */
export function useMoneyText(): (amount: Amount, currency?: boolean) => string {
  const { i18n } = useTranslation();
  return (amount, currency = true) => {
    const text = format(amount, i18n.language === 'zh' ? 'zh-CN' : 'en');
    return currency ? `${text} ${amount.currency}` : text;
  };
}

interface DecimalProps {
  /** Decimal text of the server; a draft's row may still wait for its amount, which is not zero. */
  value: string | null | undefined;
  currency: string;
  bare?: boolean;
}

export function Money({ value, currency, bare = false }: DecimalProps) {
  const text = useMoneyText();
  if (value == null) return <>–</>;
  return <span className="num nowrap">{text(fromDecimal(value, currency), !bare)}</span>;
}

interface MinorProps {
  /** Minor units of the server, as text. */
  cents: string;
  scale: number;
  currency: string;
  bare?: boolean;
}

export function Cents({ cents, scale, currency, bare = false }: MinorProps) {
  const text = useMoneyText();
  return <span className="num nowrap">{text(fromMinor(cents, scale, currency), !bare)}</span>;
}
