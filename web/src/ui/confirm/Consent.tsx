import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { CodeInput, Field } from '../parts';
import type { CodeAccount, ConsentInput } from './MoneyDialog';

export interface Codes {
  person: string;
  accounts: Record<string, string>;
  /** Whether the server makes the codes of accounts that allow it. */
  auto: boolean;
}

export const EMPTY_CODES: Codes = { person: '', accounts: {}, auto: false };

/** The codes as the server reads them; nothing that was not asked for or typed. */
export function consentOf(codes: Codes, accounts: CodeAccount[]): ConsentInput {
  const typed = Object.fromEntries(Object.entries(codes.accounts).filter(([, code]) => code !== ''));
  return {
    ...(codes.person !== '' && { '2fa_code': codes.person }),
    ...(codes.auto && accounts.length > 0 && { auto2FA: true }),
    ...(Object.keys(typed).length > 0 && { verificationCodes: typed }),
  };
}

interface Props {
  accounts: CodeAccount[];
  person: boolean;
  codes: Codes;
  onChange: (codes: Codes) => void;
  onEnter: () => void;
}

/** Codes for a money verb: of accounts with a second factor, and of the person. */
export function Consent({ accounts, person, codes, onChange, onEnter }: Props) {
  const { t } = useTranslation();
  const byHand = accounts.filter((account) => !(codes.auto && account.auto2FA));
  if (accounts.length === 0 && !person) return null;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); onEnter(); }}>
      {accounts.some((account) => account.auto2FA) && (
        <Checkbox checked={codes.auto} onChange={(event) => onChange({ ...codes, auto: event.target.checked })}>
          {t('ui.confirm.auto')}
        </Checkbox>
      )}
      {byHand.map((account) => (
        <Field key={account.id} label={t('ui.confirm.accountCode', { account: account.number })}>
          {(id) => (
            <CodeInput id={id} value={codes.accounts[account.id] ?? ''}
              onChange={(code) => onChange({ ...codes, accounts: { ...codes.accounts, [account.id]: code } })} />
          )}
        </Field>
      ))}
      {person && (
        <Field label={t('ui.confirm.personCode')}>
          {(id) => <CodeInput id={id} value={codes.person} onChange={(code) => onChange({ ...codes, person: code })} />}
        </Field>
      )}
      <button type="submit" className="sr" tabIndex={-1} aria-hidden="true">{t('ui.confirm.personCode')}</button>
    </form>
  );
}
