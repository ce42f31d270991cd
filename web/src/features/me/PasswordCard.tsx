import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import { useMe } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { CodeInput, Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

export function PasswordCard() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { user } = useMe();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [code, setCode] = useState('');
  const { busy, problem, send } = useForm();
  const needsCode = problem instanceof Problem && problem.code.startsWith('AUTH_2FA');
  const change = () =>
    send(async () => {
      const body = { currentPassword: current, newPassword: next, ...(code !== '' && { '2fa_code': code }) };
      await answer(api.POST('/api/v1/auth/password', { body }));
      setCurrent('');
      setNext('');
      setCode('');
      void message.success(t('me.password.done'));
    });
  return (
    <Card title={t('me.password.title')}>
      <form className="form" style={{ maxWidth: 360 }} onSubmit={(event) => { event.preventDefault(); void change(); }}>
        <input type="text" hidden readOnly autoComplete="username" value={user.login} />
        <Field label={t('me.password.current')}>
          {(id) => <Input.Password id={id} value={current} autoComplete="current-password" onChange={(event) => setCurrent(event.target.value)} />}
        </Field>
        <Field label={t('me.password.next')} hint={t('me.password.rule')}>
          {(id) => <Input.Password id={id} value={next} autoComplete="new-password" onChange={(event) => setNext(event.target.value)} />}
        </Field>
        {(needsCode || code !== '') && <Field label={t('app.signIn.code')}>{(id) => <CodeInput id={id} value={code} onChange={setCode} autoFocus />}</Field>}
        {problem !== null && <ProblemNote error={problem} />}
        <div><Button type="primary" htmlType="submit" loading={busy} disabled={current === '' || next.length < 12}>{t('me.password.button')}</Button></div>
      </form>
    </Card>
  );
}
