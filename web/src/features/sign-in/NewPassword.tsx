import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Field } from '@/ui/parts';
import { brokenRules, type PasswordRule } from './password';

const RULES: PasswordRule[] = ['long', 'short', 'name'];

/** A new password with its rules, ticked while it is typed. */
export function NewPassword({ label, value, names, onChange }: {
  label: string;
  value: string;
  names: string[];
  onChange: (password: string) => void;
}) {
  const { t } = useTranslation();
  const broken = brokenRules(value, names);
  return (
    <>
      <Field label={label}>
        {(id) => <Input.Password id={id} value={value} autoComplete="new-password" onChange={(event) => onChange(event.target.value)} />}
      </Field>
      <ul className="soft small" style={{ margin: 0, paddingLeft: 0, listStyle: 'none' }}>
        {RULES.map((rule) => {
          const kept = value !== '' && !broken.includes(rule);
          return <li key={rule}>{kept ? '✓' : '·'} {t(`sign-in.rules.${rule}`)}</li>;
        })}
      </ul>
    </>
  );
}
