import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useTimeText } from './Time';

/** Somebody made the rules easier shortly before this batch: its approvers should know. */
export function Loosened({ policy }: { policy: Schemas['LoosenedPolicyView'] | null | undefined }) {
  const { t } = useTranslation();
  const time = useTimeText();
  if (policy == null) return null;
  const { setBy, setAt, confirmedBy } = policy;
  return (
    <div className="note warn">
      <p>{t('ui.loosened.text', { name: setBy, time: time(setAt) })} {confirmedBy == null ? t('ui.loosened.alone') : t('ui.loosened.confirmed', { name: confirmedBy })}</p>
    </div>
  );
}
