import { Button, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { Problem } from '@/api/problem';
import { CodeInput, Field } from '@/ui/parts';
import { useProblemText } from '@/ui/ProblemNote';
import { readMe, type Me } from './session';

type Challenge = Schemas['ChallengeView'];

interface Props {
  /** Filled in when the session of a known person ended. */
  login?: string;
  onSignedIn: (me: Me) => void;
}

/** Login and password, then a code if the person has a second factor. */
export function SignInForm({ login, onSignedIn }: Props) {
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  if (challenge !== null) {
    return <SecondFactor challenge={challenge} onSignedIn={onSignedIn} onBack={() => setChallenge(null)} />;
  }
  return <Password login={login ?? ''} onSignedIn={onSignedIn} onChallenge={setChallenge} />;
}

/** A cookie that the browser did not keep shows in the first request after signing in. */
async function withCookie(): Promise<Me> {
  try {
    return await readMe();
  } catch (cause) {
    throw cause instanceof Problem && cause.status === 401 ? new CookieBlocked() : cause;
  }
}

class CookieBlocked extends Error {}

function Password({ login: known, onSignedIn, onChallenge }: Required<Props> & { onChallenge: (challenge: Challenge) => void }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState('');
  const field = useRef<InputRef>(null);
  const attempt = useAttempt();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void attempt.run(async () => {
      try {
        const { data } = await answer(api.POST('/api/v1/auth/login', { body: { login, password } }));
        if ('challenge' in data) onChallenge(data);
        else onSignedIn(await withCookie());
      } catch (cause) {
        setPassword('');
        field.current?.focus();
        throw cause;
      }
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t('app.signIn.login')}>
        {(id) => <Input id={id} value={login} autoComplete="username" autoFocus={known === ''} readOnly={known !== ''} onChange={(event) => setLogin(event.target.value)} />}
      </Field>
      <Field label={t('app.signIn.password')} why={attempt.why}>
        {(id) => <Input.Password id={id} ref={field} value={password} autoComplete="current-password" autoFocus={known !== ''} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button type="primary" htmlType="submit" block loading={attempt.busy} disabled={attempt.wait > 0 || login === '' || password === ''}>
        {t('app.signIn.button')}
      </Button>
    </form>
  );
}

function SecondFactor({ challenge, onSignedIn, onBack }: {
  challenge: Challenge;
  onSignedIn: (me: Me) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const attempt = useAttempt();
  const send = (typed: string) =>
    void attempt.run(async () => {
      try {
        await answer(api.POST('/api/v1/auth/2fa', { body: { challenge: challenge.challenge, code: typed.trim() } }));
        onSignedIn(await withCookie());
      } catch (cause) {
        setCode('');
        if (cause instanceof Problem && cause.code === 'AUTH_CHALLENGE_INVALID') onBack();
        throw cause;
      }
    });
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); send(code); }}>
      <Field label={t(recovery ? 'app.signIn.recovery' : 'app.signIn.code')} why={attempt.why}>
        {(id) => <CodeInput key={String(recovery)} id={id} value={code} onChange={setCode} onFull={send} autoFocus recovery={recovery} />}
      </Field>
      <Button type="primary" htmlType="submit" block loading={attempt.busy} disabled={code === ''}>{t('app.signIn.button')}</Button>
      <button type="button" className="link" onClick={() => { setRecovery(!recovery); setCode(''); }}>
        {t(recovery ? 'app.signIn.useCode' : 'app.signIn.useRecovery')}
      </button>
    </form>
  );
}

/** One attempt at a time, its refusal as a sentence, and the time to wait after too many. */
function useAttempt() {
  const { t } = useTranslation();
  const text = useProblemText();
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState<string>();
  const [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return undefined;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const explain = (cause: unknown) => {
    if (cause instanceof CookieBlocked) return t('app.signIn.cookie', { url: window.location.origin });
    if (!(cause instanceof Problem)) return t('ui.problem.page');
    if (cause.code === 'AUTH_LOGIN_FAILED') return t('app.signIn.failed');
    const { headline, next } = text(cause);
    return `${headline} ${next}`;
  };
  const run = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setWhy(undefined);
    try {
      await work();
    } catch (cause) {
      if (cause instanceof Problem && cause.code === 'AUTH_TOO_MANY_ATTEMPTS') setWait(cause.retryAfter ?? 60);
      setWhy(explain(cause));
    } finally {
      setBusy(false);
    }
  };
  return { busy, wait, why: wait > 0 ? t('app.signIn.wait', { count: wait }) : why, run };
}
