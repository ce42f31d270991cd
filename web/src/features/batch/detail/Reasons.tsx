import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProblemCode } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useMoneyText } from '@/ui/money/Money';
import { Empty, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { groupByReason, readFailed } from '../reasons';
import type { BatchDetail } from './BatchPage';

/** Where finance looks first after a run: one line for each reason, with what to do. */
export function Reasons({ id, batch }: { id: string; batch: BatchDetail }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const failed = useQuery({ queryKey: [...keys.batch.reasons(id), batch.failedCount], queryFn: () => readFailed(id) });
  if (failed.isPending) return <Loading />;
  if (failed.error !== null) return <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />;
  const reasons = groupByReason(failed.data, batch.currency);
  if (reasons.length === 0) return <div className="card"><Empty text={t('batch.reasons.none')} /></div>;
  return (
    <div className="stack tight">
      {failed.data.length < batch.failedCount && (
        <div className="note warn">{t('batch.reasons.partial', { shown: failed.data.length.toLocaleString(i18n.language), total: batch.failedCount.toLocaleString(i18n.language) })}</div>
      )}
      {reasons.map((reason) => (
        <div key={reason.code} className="card">
          <div className="body row apart">
            <div style={{ flex: 1, minWidth: 240 }}>
              <div className="row"><Pill tone="err" icon="✕">{reason.count.toLocaleString(i18n.language)}</Pill><span className="strong">{reason.message}</span></div>
              <div className="soft">{t(`errors.next.${NEXT_STEP[reason.code as ProblemCode]}`)}</div>
            </div>
            <span className="num strong">{reason.sum === null ? '–' : text(reason.sum)}</span>
            <Link to={paths.batch(id, { state: 'failed' })}>{t('batch.reasons.view')}</Link>
          </div>
        </div>
      ))}
    </div>
  );
}
