import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Card } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { RoleField } from './Invite';
import type { User } from './words';

/** Name and role. Another role ends the person's sessions, which is said before it is sent. */
export function ChangePerson({ user }: { user: User }) {
  const { t } = useTranslation();
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState(user.role);
  const [isAsked, setAsked] = useState(false);
  const change = { ...(name.trim() !== user.name && { name: name.trim() }), ...(role !== user.role && { role }) };
  const isSame = Object.keys(change).length === 0;
  return (
    <Card title={t('people.change')}>
      <div className="form">
        <Field label={t('people.name')}>{(id) => <Input id={id} value={name} maxLength={255} onChange={(event) => setName(event.target.value)} />}</Field>
        <RoleField role={role} onChange={setRole} />
        <div><Button type="primary" disabled={isSame || name.trim() === ''} onClick={() => setAsked(true)}>{t('people.save')}…</Button></div>
      </div>
      {isAsked && (
        <ChangeDialog subject={`user:change:${user.id}`} content={change} title={t('people.ask.change', { login: user.login })} confirm={t('people.save')}
          send={async (_, code) => (await answer(api.PATCH('/api/v1/users/{id}', { params: { path: { id: user.id } }, body: { ...change, ...code } }))).data}
          onDone={() => {
            setAsked(false);
            void queries.invalidateQueries({ queryKey: keys.users });
          }}
          onClose={() => setAsked(false)}
        >
          <dl className="facts left">
            {change.name !== undefined && <><dt>{t('people.name')}</dt><dd><bdi>{user.name}</bdi> → <bdi>{change.name}</bdi></dd></>}
            {change.role !== undefined && <><dt>{t('people.role')}</dt><dd>{t(`people.roles.${user.role}`)} → {t(`people.roles.${change.role}`)}</dd></>}
          </dl>
          {change.role !== undefined && <p style={{ margin: 0 }}>{t('people.effect.role')}</p>}
        </ChangeDialog>
      )}
    </Card>
  );
}
