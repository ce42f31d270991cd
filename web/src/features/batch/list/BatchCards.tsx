import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Money } from '@/ui/money/Money';
import { Time } from '@/ui/Time';
import { StatePill } from '../StatePill';
import type { Batch } from './BatchesPage';
import { openPath } from './BatchTable';
import { LiveCounts } from './LiveCounts';

export function BatchCards({ batches }: { batches: Batch[] }) {
  const { t } = useTranslation();
  return (
    <ul className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label={t('app.menu.batches')}>
      {batches.map((batch) => (
        <li key={batch.id} className="card">
          <div className="body stack tight">
            <div className="row apart" style={{ flexWrap: 'nowrap' }}>
              <Link className="strong clip" to={openPath(batch)}><bdi>{batch.name}</bdi></Link>
              <StatePill state={batch.state} />
            </div>
            <div className="row apart"><Money value={batch.totalAmount} currency={batch.currency} /><LiveCounts batch={batch} /></div>
            <div className="soft small">{batch.createdBy} · <Time at={batch.createdAt} /></div>
          </div>
        </li>
      ))}
    </ul>
  );
}
