import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { CodeInput, Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

/** Asks for the password first, so that nobody sets up a factor on somebody else's open page. */
export function FactorPassword({ needsCode, onSecret, onCancel }: {
  needsCode: boolean;
  onSecret: (secret: Schemas['TotpSecretView']) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { busy, problem, send } = useForm();
  const ask = () =>
    send(async () => {
      const body = { password, ...(needsCode && { '2fa_code': code }) };
      onSecret((await answer(api.POST('/api/v1/auth/totp', { body }))).data);
    });
  return (
    <form className="form" style={{ maxWidth: 360 }} onSubmit={(event) => { event.preventDefault(); void ask(); }}>
      <Field label={t('me.factor.password')}>
        {(id) => <Input.Password id={id} value={password} autoComplete="current-password" autoFocus onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      {needsCode && (
        <Field label={t('me.factor.currentCode')}>
          {(id) => <CodeInput id={id} recovery value={code} onChange={setCode} />}
        </Field>
      )}
      {problem !== null && <ProblemNote error={problem} />}
      <div className="row">
        <Button onClick={onCancel}>{t('ui.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={busy} disabled={password === '' || (needsCode && code === '')}>{t('me.factor.continue')}</Button>
      </div>
    </form>
  );
}
