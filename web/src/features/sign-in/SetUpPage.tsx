import { Button, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { beginSession, readMe } from '@/app/session/session';
import { Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { Gate } from './Gate';
import { NewPassword } from './NewPassword';
import { brokenRules } from './password';
import { takeToken } from './token';

const EMPTY = { token: '', login: '', name: '', password: '' };

/** The first administrator. The server's first words link here with the token. It ends at the second factor: without one nobody approves. */
export function SetUpPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [given, setGiven] = useState(() => ({ ...EMPTY, token: takeToken() }));
  const { busy, problem, send } = useForm();
  const names = [given.login, given.name];
  const complete = Object.values(given).every((value) => value.trim() !== '') && brokenRules(given.password, names).length === 0;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send(async () => {
      await answer(api.POST('/api/v1/setup', { body: { ...given, token: given.token.trim() } }));
      await queries.invalidateQueries({ queryKey: keys.info });
      beginSession(await signedIn(given.login, given.password));
      void go(paths.me('factor'), { replace: true });
    });
  };
  const text = (field: 'token' | 'login' | 'name', autoComplete: string) => (
    <Field label={t(`sign-in.setUp.${field}`)}>
      {(id) => (
        <Input id={id} value={given[field]} autoComplete={autoComplete} onChange={(event) => setGiven({ ...given, [field]: event.target.value })} />
      )}
    </Field>
  );
  return (
    <Gate title={t('sign-in.setUp.title')}>
      <p>{t('sign-in.setUp.text')}</p>
      <form className="form" onSubmit={submit}>
        {text('token', 'off')}
        {text('login', 'username')}
        {text('name', 'name')}
        <NewPassword label={t('app.signIn.password')} value={given.password} names={names} onChange={(password) => setGiven({ ...given, password })} />
        {problem !== null && <ProblemNote error={problem} />}
        <Button type="primary" htmlType="submit" block loading={busy} disabled={!complete}>{t('sign-in.setUp.button')}</Button>
      </form>
    </Gate>
  );
}

/** Set-up may sign in by itself; where it does not, the new login does. */
async function signedIn(login: string, password: string) {
  try {
    return await readMe();
  } catch {
    await answer(api.POST('/api/v1/auth/login', { body: { login, password } }));
    return readMe();
  }
}
