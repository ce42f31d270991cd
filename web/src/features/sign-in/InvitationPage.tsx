import { Button } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { beginSession, readMe } from '@/app/session/session';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { Gate } from './Gate';
import { NewPassword } from './NewPassword';
import { brokenRules } from './password';
import { takeToken } from './token';

export function InvitationPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [token] = useState(takeToken);
  const [password, setPassword] = useState('');
  const { busy, problem, send } = useForm();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send(async () => {
      const { data: user } = await answer(api.POST('/api/v1/auth/invitation', { body: { token, password } }));
      // The invited person signs in with the new password, unless accepting did that already.
      const me = await readMe().catch(async () => {
        await answer(api.POST('/api/v1/auth/login', { body: { login: user.login, password } }));
        return readMe();
      });
      beginSession(me);
      void go(paths.me('factor'), { replace: true });
    });
  };
  return (
    <Gate title={t('sign-in.invitation.title')}>
      {token === '' ? (
        <div className="note warn">{t('sign-in.invitation.missing')}</div>
      ) : (
        <form className="form" onSubmit={submit}>
          <NewPassword label={t('sign-in.invitation.password')} value={password} names={[]} onChange={setPassword} />
          {problem !== null && <ProblemNote error={problem} />}
          <Button type="primary" htmlType="submit" block loading={busy} disabled={brokenRules(password, []).length > 0}>
            {t('sign-in.invitation.button')}
          </Button>
        </form>
      )}
    </Gate>
  );
}
