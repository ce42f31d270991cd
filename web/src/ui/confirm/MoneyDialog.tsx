import { Button, Checkbox, Modal } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { keyFor, settled } from '@/api/idempotency';
import { isUnclear, Problem } from '@/api/problem';
import { useOnline } from '@/app/status/status';
import { ProblemNote } from '../ProblemNote';
import { Consent, consentOf, EMPTY_CODES, type Codes } from './Consent';

export type ConsentInput = Schemas['BatchConsentInput'];
export type CodeAccount = Schemas['CodeAccountView'];

/** After this the connection counts as lost: the server answers or gives up earlier. */
const STALLED_AFTER = 40_000;

const CODE_REFUSALS = ['AUTH_2FA_REQUIRED', 'AUTH_2FA_CODE_INVALID', 'AUTH_2FA_CODE_USED', 'VERIFICATION_CODE_REQUIRED'];

interface Props<T> {
  /** What is done to what, such as `execute:batch-20261125-003`: it owns the key. */
  subject: string;
  /** The request without codes: under one key only one content is sent. */
  content: string;
  title: string;
  children?: ReactNode;
  confirm: string;
  cancel?: string;
  danger?: boolean;
  /** A sentence that must be ticked first. */
  tick?: string | undefined;
  /** Accounts whose codes are needed, as a preview named them. */
  accounts?: CodeAccount[] | undefined;
  /** Whether the person's own code is needed from the start. */
  needsCode?: boolean;
  /** Why it cannot be sent now. */
  blocked?: string | undefined;
  /** False for verbs that only stop or hold: they take no codes. */
  takesCodes?: boolean;
  /** What it does, which decides how it speaks of a lost connection: it moves money, or changes a setting. */
  about?: 'money' | 'setting';
  send: (key: string, consent: ConsentInput, signal: AbortSignal) => Promise<T>;
  onDone: (result: T) => void;
  onClose: () => void;
}

/** The one dialog of everything that moves money, or stops it: one key, one button, one way to try again. */
export function MoneyDialog<T>(props: Props<T>) {
  const { t } = useTranslation();
  const online = useOnline();
  const cancel = useRef<HTMLButtonElement>(null);
  // Ticked is the sentence that stood there: with another figure it is another one.
  const [ticked, setTicked] = useState<string | null>(null);
  const [codes, setCodes] = useState<Codes>({ ...EMPTY_CODES, auto: (props.accounts ?? []).some((account) => account.auto2FA) });
  const { sending, problem, go, asks } = useSending(props, codes, setCodes);
  const unclear = problem !== null && isUnclear(problem);
  const isSetting = props.about === 'setting';
  const blocked = online ? props.blocked : t(isSetting ? 'ui.confirm.offline' : 'ui.offlineMoney');
  const ready = !sending && blocked === undefined && (props.tick === undefined || ticked === props.tick);
  const isCodeRefusal = problem !== null && CODE_REFUSALS.includes(problem.code);

  return (
    <Modal
      open
      title={props.title}
      maskClosable={false}
      keyboard={!sending}
      closable={!sending}
      onCancel={props.onClose}
      afterOpenChange={(open) => open && cancel.current?.focus()}
      footer={[
        <Button key="cancel" ref={cancel} disabled={sending} onClick={props.onClose}>
          {unclear ? t('ui.close') : (props.cancel ?? t('ui.cancel'))}
        </Button>,
        <Button key="go" type="primary" danger={props.danger ?? false} loading={sending} disabled={!ready} onClick={() => void go()}>
          {unclear ? t('ui.confirm.tryAgain') : props.confirm}
        </Button>,
      ]}
    >
      <div className="stack">
        {props.children}
        {props.takesCodes !== false && (
          <Consent accounts={asks.accounts} person={asks.person} codes={codes} onChange={setCodes} onEnter={() => ready && void go()} />
        )}
        {props.tick !== undefined && (
          <Checkbox checked={ticked === props.tick} onChange={(event) => setTicked(event.target.checked ? (props.tick ?? null) : null)}>{props.tick}</Checkbox>
        )}
        {blocked !== undefined && <div className="note warn">{blocked}</div>}
        {unclear && (
          <div className="note warn" role="alert">
            <p className="strong">{t('ui.confirm.unclear')}</p>
            <p>{t(isSetting ? 'ui.confirm.unclearOnce' : 'ui.confirm.unclearNext')}</p>
          </div>
        )}
        {problem !== null && !unclear && (!isCodeRefusal || asks.tried) && <ProblemNote error={problem} />}
      </div>
    </Modal>
  );
}

interface Asks {
  person: boolean;
  accounts: CodeAccount[];
  /** Whether a code was sent already: only then a refused one is worth a message. */
  tried: boolean;
}

function useSending<T>(props: Props<T>, codes: Codes, setCodes: (codes: Codes) => void) {
  const busy = useRef(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asks, setAsks] = useState<Asks>({ person: props.needsCode ?? false, accounts: props.accounts ?? [], tried: false });

  const refused = (refusal: Problem) => {
    setProblem(refusal);
    if (CODE_REFUSALS.includes(refusal.code)) {
      // A refusal for a code is not kept under the key, so the same key goes again with the next code.
      setAsks((now) => ({ ...now, ...needed(refusal, now), tried: hasCodes(codes) }));
      setCodes({ ...codes, person: '', accounts: {} });
    } else if (!isUnclear(refusal) && refusal.code !== 'AUTH_REQUIRED') {
      settled(props.subject);
    }
  };

  const go = async () => {
    // A double click arrives before React has disabled the button.
    if (busy.current) return;
    busy.current = true;
    setSending(true);
    setProblem(null);
    try {
      const key = keyFor(props.subject, props.content);
      const result = await props.send(key, consentOf(codes, asks.accounts), AbortSignal.timeout(STALLED_AFTER));
      settled(props.subject);
      props.onDone(result);
    } catch (cause) {
      refused(asProblem(cause));
    } finally {
      busy.current = false;
      setSending(false);
    }
  };
  return { sending, problem, go, asks };
}

function hasCodes(codes: Codes): boolean {
  return codes.person !== '' || codes.auto || Object.values(codes.accounts).some((code) => code !== '');
}

function asProblem(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem({ code: 'NETWORK_LOST', message: '' });
}

/** Which codes a refusal asks for: those of the accounts it names, otherwise the person's. */
function needed(refusal: Problem, before: Asks): Partial<Asks> {
  const data = refusal.data as { accounts?: CodeAccount[] } | null;
  const named = Array.isArray(data?.accounts) ? data.accounts : [];
  if (refusal.code === 'VERIFICATION_CODE_REQUIRED') {
    return { accounts: named.length > 0 ? named : before.accounts };
  }
  return refusal.code === 'AUTH_2FA_REQUIRED' ? { person: true } : {};
}
