import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Card } from '@/ui/Page';
import { Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { ROLES } from '../people/words';
import { Section } from '../Section';
import { Trail } from '../Trail';

type Settings = Schemas['SettingsView'];

export function OrganisationPage() {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: keys.settings, queryFn: async () => (await answer(api.GET('/api/v2/settings'))).data });
  return (
    <Section section="organisation">
      {settings.error !== null && <ProblemNote error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isPending && <Loading />}
      {settings.data !== undefined && <Form key={JSON.stringify(settings.data)} now={settings.data} />}
      <Trail subject="setting" title={t('organisation.trail')} />
    </Section>
  );
}

function Form({ now }: { now: Settings }) {
  const { t } = useTranslation();
  const may = useCan()('setSettings');
  const [name, setName] = useState(now.organisationName ?? '');
  const [zone, setZone] = useState(now.timeZone);
  const [days, setDays] = useState(String(now.duplicateWindow));
  const [roles, setRoles] = useState(now.factorRoles);
  const [isAsked, setAsked] = useState(false);
  const factorRoles = ROLES.filter((role) => roles.includes(role));
  const isDays = /^\d{1,4}$/.test(days);
  const change = {
    ...(name.trim() !== (now.organisationName ?? '') && { organisationName: name.trim() }),
    ...(zone.trim() !== now.timeZone && { timeZone: zone.trim() }),
    ...(isDays && days !== String(now.duplicateWindow) && { duplicateWindow: Number.parseInt(days, 10) }),
    ...(factorRoles.join() !== ROLES.filter((role) => now.factorRoles.includes(role)).join() && { factorRoles }),
  };
  return (
    <Card title={t('settings.section.organisation')}>
      <div className="form short-form">
        <Field label={t('organisation.name')}>{(id) => <Input id={id} value={name} disabled={!may} maxLength={255} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={t('organisation.zone')} hint={t('organisation.zoneHint')}>{(id) => <Input id={id} value={zone} disabled={!may} onChange={(event) => setZone(event.target.value)} />}</Field>
        <Field label={t('organisation.window')} hint={t('organisation.windowHint')}>{(id) => <Input id={id} inputMode="numeric" value={days} disabled={!may} onChange={(event) => setDays(event.target.value)} />}</Field>
        <fieldset className="ticks">
          <legend>{t('organisation.factor')}</legend>
          {ROLES.map((role) => (
            <Checkbox key={role} disabled={!may} checked={roles.includes(role)} onChange={(event) => setRoles(event.target.checked ? [...roles, role] : roles.filter((other) => other !== role))}>{t(`people.roles.${role}`)}</Checkbox>
          ))}
        </fieldset>
        {may && <div><Button type="primary" disabled={Object.keys(change).length === 0 || !isDays} onClick={() => setAsked(true)}>{t('organisation.save')}…</Button></div>}
      </div>
      {isAsked && (
        <ChangeDialog subject="settings" content={change} title={t('organisation.ask')} confirm={t('organisation.save')}
          send={async (_, code) => (await answer(api.PUT('/api/v2/settings', { body: { ...change, ...code } }))).data}
          onDone={() => {
            setAsked(false);
            void queries.invalidateQueries({ queryKey: keys.settings });
            void queries.invalidateQueries({ queryKey: keys.info });
          }}
          onClose={() => setAsked(false)}
        >
          <p style={{ margin: 0 }}>{t('organisation.effect')}</p>
        </ChangeDialog>
      )}
    </Card>
  );
}
