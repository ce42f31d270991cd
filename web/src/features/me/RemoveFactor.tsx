import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { CodeInput, Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

export function RemoveFactor({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const { busy, problem, send } = useForm();
  const remove = () =>
    send(async () => {
      await answer(api.DELETE('/api/v1/auth/totp', { body: { '2fa_code': code } }));
      onClose();
    });
  return (
    <form className="form" style={{ maxWidth: 360 }} onSubmit={(event) => { event.preventDefault(); void remove(); }}>
      <p style={{ margin: 0 }}>{t('me.factor.removeText')}</p>
      <Field label={t('me.factor.currentCode')}>{(id) => <CodeInput id={id} recovery value={code} onChange={setCode} autoFocus />}</Field>
      {problem !== null && <ProblemNote error={problem} />}
      <div className="row">
        <Button onClick={onClose}>{t('ui.cancel')}</Button>
        <Button danger type="primary" htmlType="submit" loading={busy} disabled={code === ''}>{t('me.factor.remove')}</Button>
      </div>
    </form>
  );
}
