import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { Time } from '@/ui/Time';
import { SecretDialog } from '../SecretDialog';
import { scopeText, stateNow, type ApiKey } from './state';
import { KeyPill } from './KeysPage';

type Stage = { name: 'show' | 'rotate' | 'revoke' } | { name: 'secret'; secret: string | null };

/** One key, with what can be done to it. */
export function KeyPanel({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const [stage, setStage] = useState<Stage>({ name: 'show' });
  const refresh = () => void queries.invalidateQueries({ queryKey: keys.apiKeys });
  const { id, name } = apiKey;
  const back = () => setStage({ name: 'show' });
  const isRevoked = apiKey.revokedAt != null;
  if (stage.name === 'secret') return <SecretDialog title={t('keys.rotated', { name })} secret={stage.secret} text={t('keys.once')} saved={t('keys.saved')} onDone={onClose} />;
  if (stage.name === 'rotate') {
    return (
      <ChangeDialog subject={`key:rotate:${id}`} title={t('keys.ask.rotate', { name })} confirm={t('keys.go.rotate')}
        send={async (key, code) => (await answer(api.POST('/api/v1/api-keys/{id}/rotate', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body: code }))).data}
        onDone={(made) => { refresh(); setStage({ name: 'secret', secret: made.secret ?? null }); }} onClose={back}
      >
        <p style={{ margin: 0 }}>{t('keys.effect.rotate')}</p>
      </ChangeDialog>
    );
  }
  if (stage.name === 'revoke') {
    return (
      <ChangeDialog subject={`key:revoke:${id}`} title={t('keys.ask.revoke', { name })} confirm={t('keys.go.revoke')} danger
        send={async (_, code) => (await answer(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } }, body: code }))).data}
        onDone={() => { refresh(); onClose(); }} onClose={back}
      >
        <p style={{ margin: 0 }}>{t('keys.effect.revoke')}</p>
      </ChangeDialog>
    );
  }
  return (
    <Modal open title={<bdi>{name}</bdi>} onCancel={onClose}
      footer={[
        <Button key="close" onClick={onClose}>{t('ui.close')}</Button>,
        ...(can('rotateApiKey') && !isRevoked ? [<Button key="rotate" onClick={() => setStage({ name: 'rotate' })}>{t('keys.go.rotate')}…</Button>] : []),
        ...(can('revokeApiKey') && !isRevoked ? [<Button key="revoke" danger onClick={() => setStage({ name: 'revoke' })}>{t('keys.go.revoke')}…</Button>] : []),
      ]}
    >
      <Facts apiKey={apiKey} />
    </Modal>
  );
}

function Facts({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const { hint, scopes, addresses, expiresAt, revokedAt, createdAt, createdBy } = apiKey;
  return (
    <div className="stack">
      <dl className="facts left">
        <dt>{t('keys.status')}</dt><dd><KeyPill state={stateNow(apiKey)} /></dd>
        <dt>{t('keys.hint')}</dt><dd><code>{hint}…</code></dd>
        <dt>{t('keys.addresses')}</dt><dd>{addresses.length === 0 ? t('keys.anywhere') : addresses.join(', ')}</dd>
        <dt>{t('keys.expires')}</dt><dd>{expiresAt == null ? t('keys.never') : <Time at={expiresAt} />}</dd>
        {revokedAt != null && <><dt>{t('keys.state.revoked')}</dt><dd><Time at={revokedAt} /></dd></>}
        <dt>{t('keys.created')}</dt><dd>{createdBy} · <Time at={createdAt} /></dd>
      </dl>
      <ul className="sentences">
        {scopes.map((scope) => <li key={scope}><code>{scope}</code> <span className="soft">{t(`keys.scope.${scopeText(scope)}`)}</span></li>)}
      </ul>
    </div>
  );
}
