import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { ChangeDialog } from '@/ui/confirm/ChangeDialog';
import { useTimeText } from '@/ui/Time';
import { useBandWords } from './words';

/** A change that loosens the rules waits; a second administrator can let it take effect at once. */
export function Waiting({ currency, waiting }: { currency: string; waiting: Schemas['ApprovalPolicyWaitingView'] }) {
  const { t } = useTranslation();
  const can = useCan();
  const { login } = useMe().user;
  const time = useTimeText();
  const { bandText } = useBandWords();
  const [isAsked, setAsked] = useState(false);
  const sentences = waiting.bands.length === 0 ? [t('rules.none')] : waiting.bands.map((band) => bandText(band, currency));
  const list = <ul className="sentences">{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>;
  return (
    <div className="note warn">
      <p className="strong">{t('rules.waiting', { name: waiting.setBy, time: time(waiting.dueAt) })}</p>
      {list}
      {/* Nobody confirms a change of their own. */}
      {can('confirmApprovalPolicy') && waiting.setBy !== login && <div><Button onClick={() => setAsked(true)}>{t('rules.confirm')}…</Button></div>}
      {isAsked && (
        <ChangeDialog subject={`rules:confirm:${currency}`} content={waiting.version} title={t('rules.askConfirm', { currency })} confirm={t('rules.confirm')} danger
          send={async (key, code) => (await answer(api.POST('/api/v2/approval-policies/{currency}/confirm', { params: { path: { currency }, header: { 'Idempotency-Key': key } }, body: { version: waiting.version, ...code } }))).data}
          onDone={() => {
            setAsked(false);
            void queries.invalidateQueries({ queryKey: keys.rules });
          }}
          onClose={() => setAsked(false)}
        >
          <p style={{ margin: 0 }}>{t('rules.confirmEffect')}</p>
          {list}
        </ChangeDialog>
      )}
    </div>
  );
}
