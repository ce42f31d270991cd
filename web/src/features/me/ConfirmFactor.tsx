import { Button, QRCode } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { CodeInput, Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

/** The secret as a QR code and as text, and a code that proves that the app has it. */
export function ConfirmFactor({ secret, onCodes, onCancel }: {
  secret: Schemas['TotpSecretView'];
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const { busy, problem, send } = useForm();
  const confirm = (typed: string) =>
    void send(async () => {
      try {
        onCodes((await answer(api.POST('/api/v1/auth/totp/confirm', { body: { code: typed } }))).data.recoveryCodes);
      } catch (cause) {
        setCode('');
        throw cause;
      }
    });
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); confirm(code); }}>
      <p style={{ margin: 0 }}>{t('me.factor.scan')}</p>
      <div role="img" aria-label={t('me.factor.qr')} style={{ width: 'fit-content' }}>
        <QRCode type="svg" value={secret.uri} size={180} bgColor="#ffffff" color="#000000" />
      </div>
      <div className="row">
        <code style={{ overflowWrap: 'anywhere' }}>{secret.secret}</code>
        <Button size="small" onClick={() => void navigator.clipboard.writeText(secret.secret)}>{t('ui.copy')}</Button>
      </div>
      <Field label={t('app.signIn.code')}>
        {(id) => <CodeInput id={id} value={code} onChange={setCode} onFull={confirm} autoFocus />}
      </Field>
      {problem !== null && <ProblemNote error={problem} />}
      <div className="row">
        <Button onClick={onCancel}>{t('ui.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={busy} disabled={code.length < 6}>{t('me.factor.confirm')}</Button>
      </div>
    </form>
  );
}
