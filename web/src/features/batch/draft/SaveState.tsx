import { useTranslation } from 'react-i18next';
import { useOnline } from '@/app/status/status';
import { useProblemText } from '@/ui/ProblemNote';
import { useTimeText } from '@/ui/Time';
import type { Saving } from './store';

/** Says where the draft is: on the server, on its way, or in this tab only and why. */
export function SaveState({ saving, onRetry }: { saving: Saving; onRetry: () => void }) {
  const { t } = useTranslation();
  const online = useOnline();
  const time = useTimeText();
  const problem = useProblemText();
  const words = () => {
    if (!online && saving.state !== 'saved') return t('draft.save.offline');
    switch (saving.state) {
      case 'saved':
        return t('draft.save.saved', { time: time(new Date(saving.at).toISOString(), 'time') });
      case 'saving':
        return t('draft.save.saving');
      case 'local':
        return t('draft.save.local');
      case 'conflict':
        return t('draft.save.conflict');
      case 'failed':
        return t('draft.save.failed', { reason: problem(saving.problem).headline });
    }
  };
  return (
    <span className="soft" role="status">
      {words()} {saving.state === 'failed' && <button type="button" className="link" onClick={onRetry}>{t('draft.save.retry')}</button>}
    </span>
  );
}
