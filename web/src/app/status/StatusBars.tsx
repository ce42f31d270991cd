import { useTranslation } from 'react-i18next';
import { useOnline, useServerAway } from './status';

/** What concerns every page: no network, or no server. */
export function StatusBars() {
  const { t } = useTranslation();
  const online = useOnline();
  const wait = useServerAway();
  return (
    <div aria-live="polite">
      {!online && <div className="bar-line warn">{t('app.status.offline')}</div>}
      {online && wait !== null && <div className="bar-line warn num">{t('app.status.away', { count: wait })}</div>}
    </div>
  );
}
