import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import type { Operation } from '@/api/operations';
import { keys, queries } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { ChangeDialog, type Code } from '@/ui/confirm/ChangeDialog';
import { Card } from '@/ui/Page';
import { InvitationLink } from './InvitationLink';
import type { User } from './words';

const VERBS = ['disable', 'enable', 'password', 'factor', 'sessions'] as const;
type Verb = (typeof VERBS)[number];
type Invited = Schemas['UserInvitedView'];

const NEEDS: Record<Verb, Operation> = {
  disable: 'changeUser',
  enable: 'changeUser',
  password: 'resetUserPassword',
  factor: 'resetTotp',
  sessions: 'endUserSessions',
};

/** What an administrator can do to somebody else: one's own password, factor and sessions are in the profile. */
export function PersonActions({ user }: { user: User }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const can = useCan();
  const me = useMe();
  const [asked, setAsked] = useState<Verb | null>(null);
  const [invited, setInvited] = useState<Invited | null>(null);
  const isMe = me.user.id === user.id;
  const offered = VERBS.filter((verb) => can(NEEDS[verb]) && !isMe && applies(verb, user));
  const done = (verb: Verb, result: Invited | number | null) => {
    setAsked(null);
    if (typeof result === 'number') void message.success(t('people.ended', { count: result }));
    else setInvited(result);
    if (verb !== 'sessions') void queries.invalidateQueries({ queryKey: keys.users });
    void queries.invalidateQueries({ queryKey: ['trail'] });
  };
  if (offered.length === 0) return null;
  return (
    <Card title={t('people.actions')}>
      <ul className="lines">
        {offered.map((verb) => (
          <li key={verb}>
            <span className="rest">{t(`people.effect.${verb}`)}</span>
            <Button danger={verb !== 'enable'} onClick={() => setAsked(verb)}>{t(`people.go.${verb}`)}…</Button>
          </li>
        ))}
      </ul>
      {asked !== null && (
        <ChangeDialog subject={`user:${asked}:${user.id}`} title={t(`people.ask.${asked}`, { login: user.login })} confirm={t(`people.go.${asked}`)} danger={asked !== 'enable'}
          send={(key, code) => send(asked, user.id, key, code)} onDone={(result) => done(asked, result)} onClose={() => setAsked(null)}
        >
          <p style={{ margin: 0 }}>{t(`people.effect.${asked}`)}</p>
        </ChangeDialog>
      )}
      {invited !== null && <InvitationLink title={t('people.reset', { login: user.login })} invited={invited} onDone={() => setInvited(null)} />}
    </Card>
  );
}

function applies(verb: Verb, { status, totp }: User): boolean {
  if (verb === 'disable') return status !== 'disabled';
  if (verb === 'enable') return status === 'disabled';
  if (verb === 'factor') return totp === 'active';
  return status !== 'disabled';
}

/** A new link, the number of sessions that ended, or nothing to show. */
async function send(verb: Verb, id: string, key: string, code: Code): Promise<Invited | number | null> {
  const path = { id };
  const params = { path, header: { 'Idempotency-Key': key } };
  if (verb === 'password') return (await answer(api.POST('/api/v1/users/{id}/password-reset', { params, body: code }))).data;
  if (verb === 'sessions') return (await answer(api.POST('/api/v1/users/{id}/end-sessions', { params, body: code }))).data.count;
  if (verb === 'factor') await answer(api.POST('/api/v1/users/{id}/totp-reset', { params, body: code }));
  else await answer(api.PATCH('/api/v1/users/{id}', { params: { path }, body: { disabled: verb === 'disable', ...code } }));
  return null;
}
