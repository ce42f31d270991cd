import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import { freshKey } from '@/api/idempotency';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import type { Account } from '@/ui/AccountPicker';
import { Cents } from '@/ui/money/Money';
import { Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

type Action = 'freeze' | 'unfreeze' | 'close';

const POST = {
  freeze: '/api/v2/accounts/{id}/freeze',
  unfreeze: '/api/v2/accounts/{id}/unfreeze',
  close: '/api/v2/accounts/{id}/close',
} as const;

export function AccountActions({ account }: { account: Account }) {
  const { t } = useTranslation();
  const can = useCan();
  const [asked, setAsked] = useState<Action | null>(null);
  const active = account.status === 'active';
  return (
    <>
      {active && can('createAccountTransfer') && <Link to={paths.transfer()} state={{ from: account }}><Button>{t('account.action.transfer')}</Button></Link>}
      {active && can('freezeAccount') && <Button onClick={() => setAsked('freeze')}>{t('account.action.freeze')}…</Button>}
      {account.status === 'frozen' && can('unfreezeAccount') && <Button onClick={() => setAsked('unfreeze')}>{t('account.action.unfreeze')}…</Button>}
      {active && can('closeAccount') && <Button danger onClick={() => setAsked('close')}>{t('account.action.close')}…</Button>}
      {asked !== null && <StateDialog action={asked} account={account} onClose={() => setAsked(null)} />}
    </>
  );
}

/** These move no money; they change what the account can do. */
function StateDialog({ action, account, onClose }: { action: Action; account: Account; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const { busy, problem, send } = useForm();
  const notEmpty = action === 'close' && account.balanceCents !== '0';
  const change = () =>
    send(async () => {
      const params = { path: { id: account.id }, header: { 'Idempotency-Key': freshKey() } };
      const { data } = await answer(api.POST(POST[action], { params, body: { reason: reason === '' ? null : reason } }));
      queries.setQueryData(keys.account(account.id), data);
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      onClose();
    });
  return (
    <Modal open title={t(`account.ask.${action}`, { account: account.number })} onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>{t('ui.cancel')}</Button>,
        <Button key="go" type="primary" danger={action === 'close'} loading={busy} disabled={notEmpty} onClick={() => void change()}>
          {t(`account.go.${action}`)}
        </Button>,
      ]}
    >
      <div className="stack">
        <p style={{ margin: 0 }}>{t(`account.effect.${action}`)}</p>
        {notEmpty ? (
          <div className="note warn">
            <p>{t('account.notEmpty')} <Cents cents={account.balanceCents} scale={account.scale} currency={account.currency} /></p>
            <p><Link to={paths.transfer()} state={{ from: account }}>{t('account.action.transfer')}</Link></p>
          </div>
        ) : (
          <Field label={t('account.reason')}>{(id) => <Input id={id} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}</Field>
        )}
        {problem !== null && <ProblemNote error={problem} />}
      </div>
    </Modal>
  );
}
