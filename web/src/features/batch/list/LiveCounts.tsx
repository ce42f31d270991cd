import { useTranslation } from 'react-i18next';
import { isRunning, useProgress, useProgressPart } from '@/app/live/use-progress';
import { Bar } from '../Bar';
import type { Batch } from './BatchesPage';

/** Successful of all; a running batch counts up by itself. */
export function LiveCounts({ batch }: { batch: Batch }) {
  return isRunning(batch.state) ? <Running batch={batch} /> : <Counts paid={batch.successCount} failed={batch.failedCount} total={batch.totalCount} name={batch.name} />;
}

function Running({ batch }: { batch: Batch }) {
  useProgress(batch.batchNumber, batch.id, true);
  const paid = useProgressPart(batch.batchNumber, (progress) => progress.successCount) ?? batch.successCount;
  const failed = useProgressPart(batch.batchNumber, (progress) => progress.failedCount) ?? batch.failedCount;
  return <Counts paid={paid} failed={failed} total={batch.totalCount} name={batch.name} />;
}

function Counts({ paid, failed, total, name }: { paid: number; failed: number; total: number; name: string }) {
  const { i18n } = useTranslation();
  const text = (count: number) => count.toLocaleString(i18n.language);
  return (
    <div style={{ minWidth: 110 }}>
      <span className="num">{text(paid)}/{text(total)}</span>
      <Bar label={name} total={total} paid={paid} failed={failed} />
    </div>
  );
}
