import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { queries } from '@/app/query';
import type { Account } from '@/ui/AccountPicker';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Field } from '@/ui/parts';
import { AMOUNTS, changeOf, fractionOf, typedOf, type Policy } from './policy';

/** Only what was changed is sent; an emptied field removes the limit. */
export function EditPolicy({ policy, account, scale, onClose }: { policy: Policy; account: Account | null; scale: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { currency } = policy;
  const [typed, setTyped] = useState(() => typedOf(policy));
  const change = changeOf(policy, typed, scale);
  const body = { currency, ...change, ...(account !== null && { accountId: account.id }) } as Schemas['PolicyInput'];
  const blocked = change === null ? t('limits.unread') : Object.keys(change).length === 0 ? t('limits.same') : undefined;
  return (
    <ChangeDialog subject={`policy:${currency}:${account?.id ?? ''}`} content={body} title={t('limits.ask', { what: account?.number ?? currency })} confirm={t('limits.save')} blocked={blocked}
      send={async (_, code) => (await answer(api.PUT('/api/v2/policies', { body: { ...body, ...code } }))).data}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ['policy'] });
        void queries.invalidateQueries({ queryKey: ['trail'] });
        onClose();
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{account === null ? t('limits.effect', { currency }) : t('limits.effectAccount', { account: account.number })}</p>
      <div className="settings-fields">
        {AMOUNTS.map((name) => (
          <MoneyInput key={name} label={t(`limits.field.${name}`)} value={typed[name]} onChange={(text) => setTyped({ ...typed, [name]: text })} currency={currency} scale={scale} />
        ))}
        <Field label={t('limits.field.rate')} why={fractionOf(typed.rate) === null ? t('limits.rateFault') : undefined}>
          {(id) => <Input id={id} inputMode="decimal" className="num" suffix="%" value={typed.rate} onChange={(event) => setTyped({ ...typed, rate: event.target.value })} />}
        </Field>
      </div>
    </ChangeDialog>
  );
}
