import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Field } from '@/ui/parts';
import { InvitationLink } from './InvitationLink';
import { ROLES, type Role } from './words';

/** Adds a user, and shows the link with which that person sets a password. */
export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState<{ login: string; name: string; role: Role }>({ login: '', name: '', role: 'operator' });
  const [made, setMade] = useState<Schemas['UserInvitedView'] | null>(null);
  const body = { ...form, login: form.login.trim(), name: form.name.trim() };
  if (made !== null) return <InvitationLink title={t('people.invited', { login: made.user.login })} invited={made} onDone={onClose} />;
  return (
    <ChangeDialog
      subject="user:add" content={body} title={t('people.add')} confirm={t('people.add')}
      blocked={body.login === '' || body.name === '' ? t('people.lack') : undefined}
      send={async (key, code) => (await answer(api.POST('/api/v1/users', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, ...code } }))).data}
      onDone={(invited) => {
        void queries.invalidateQueries({ queryKey: keys.users });
        setMade(invited);
      }}
      onClose={onClose}
    >
      <Field label={t('app.signIn.login')} hint={t('people.loginHint')}>{(id) => <Input id={id} value={form.login} maxLength={100} autoComplete="off" onChange={(event) => setForm({ ...form, login: event.target.value })} />}</Field>
      <Field label={t('people.name')}>{(id) => <Input id={id} value={form.name} maxLength={255} autoComplete="off" onChange={(event) => setForm({ ...form, name: event.target.value })} />}</Field>
      <RoleField role={form.role} onChange={(role) => setForm({ ...form, role })} />
    </ChangeDialog>
  );
}

/** A role and what it may do, said where it is chosen. */
export function RoleField({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t('people.role')} hint={t(`people.may.${role}`)}>
      {(id) => <Select<Role> id={id} value={role} onChange={onChange} options={ROLES.map((value) => ({ value, label: t(`people.roles.${value}`) }))} />}
    </Field>
  );
}
