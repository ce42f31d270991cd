import { Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Field } from '@/ui/parts';
import { SecretDialog } from '../SecretDialog';
import { addressesOf, SCOPES, scopeText, type Scope } from './state';

const DAYS = ['30', '90', '365', 'never'] as const;
type Days = (typeof DAYS)[number];
const A_DAY = 86_400_000;

const LENGTH = { '30': 30, '90': 90, '365': 365 } as const;

/** The end of a key, fixed when it is chosen: a repeated request must have the same content. */
function endOf(days: Days): string | null {
  return days === 'never' ? null : new Date(Date.now() + LENGTH[days] * A_DAY).toISOString();
}

export function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['read']);
  const [addresses, setAddresses] = useState('');
  const [lasts, setLasts] = useState<{ days: Days; until: string | null }>(() => ({ days: '365', until: endOf('365') }));
  const [made, setMade] = useState<Schemas['ApiKeyMadeView'] | null>(null);
  const body = { name: name.trim(), scopes: SCOPES.filter((scope) => scopes.includes(scope)), addresses: addressesOf(addresses), expiresAt: lasts.until };
  if (made !== null) {
    return <SecretDialog title={t('keys.made', { name: made.key.name })} secret={made.secret ?? null} text={t('keys.once')} saved={t('keys.saved')} onDone={onClose} />;
  }
  return (
    <ChangeDialog
      subject="key:add" content={body} title={t('keys.add')} confirm={t('keys.add')}
      blocked={body.name === '' ? t('keys.lackName') : body.scopes.length === 0 ? t('keys.lackScope') : undefined}
      send={async (key, code) => (await answer(api.POST('/api/v1/api-keys', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, ...code } }))).data}
      onDone={(result) => {
        void queries.invalidateQueries({ queryKey: keys.apiKeys });
        setMade(result);
      }}
      onClose={onClose}
    >
      <Field label={t('keys.name')} hint={t('keys.nameHint')}>{(id) => <Input id={id} value={name} maxLength={255} autoComplete="off" onChange={(event) => setName(event.target.value)} />}</Field>
      <fieldset className="ticks">
        <legend>{t('keys.scopes')}</legend>
        {SCOPES.map((scope) => (
          <Checkbox key={scope} checked={scopes.includes(scope)} onChange={(event) => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}>
            <code>{scope}</code> <span className="soft">{t(`keys.scope.${scopeText(scope)}`)}</span>
          </Checkbox>
        ))}
      </fieldset>
      <Field label={t('keys.addresses')} hint={t('keys.addressesHint')}>{(id) => <Input.TextArea id={id} rows={2} value={addresses} onChange={(event) => setAddresses(event.target.value)} />}</Field>
      <Field label={t('keys.expires')}>
        {(id) => <Select<Days> id={id} value={lasts.days} onChange={(days) => setLasts({ days, until: endOf(days) })} options={DAYS.map((value) => ({ value, label: value === 'never' ? t('keys.never') : t('keys.days', { count: LENGTH[value] }) }))} />}
      </Field>
    </ChangeDialog>
  );
}
