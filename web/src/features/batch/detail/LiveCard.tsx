import { useTranslation } from 'react-i18next';
import { useDesktop, wantDesktop } from '@/app/live/desktop';
import { useConnected } from '@/app/live/live';
import { isRunning, useProgressPart } from '@/app/live/use-progress';
import { useOnline } from '@/app/status/status';
import { fromDecimal } from '@/money/amount';
import { Money, useMoneyText } from '@/ui/money/Money';
import { Bar } from '../Bar';
import type { BatchState } from '../words';
import type { BatchDetail } from './BatchPage';

interface Props {
  id: string;
  batch: BatchDetail;
  state: BatchState;
  begun: boolean;
}

/** What has been paid so far. Its parts subscribe apart, so that ten updates a second cost little. */
export function LiveCard({ id, batch, state, begun }: Props) {
  return (
    <section className="card">
      <div className="body stack tight">
        <Headline id={id} batch={batch} state={state} begun={begun} />
        <LiveBar id={id} batch={batch} />
        <Figures id={id} batch={batch} />
        <div className="row apart" style={{ flexWrap: 'nowrap', minHeight: 32 }}>
          <Latest id={id} currency={batch.currency} running={isRunning(state)} />
          {isRunning(state) && <TellMe />}
        </div>
        <Announcer id={id} state={state} />
      </div>
    </section>
  );
}

function Headline({ id, batch, state, begun }: Props) {
  const { t, i18n } = useTranslation();
  const decided = useProgressPart(id, (progress) => progress.successCount + progress.failedCount + progress.skippedCount) ?? 0;
  const speed = useProgressPart(id, (progress) => progress.itemsPerSecond) ?? 0;
  const eta = useProgressPart(id, (progress) => progress.etaSeconds) ?? null;
  const number = (count: number) => count.toLocaleString(i18n.language);
  const total = number(batch.totalCount);
  return (
    <div className="row apart" style={{ minHeight: 24 }}>
      <span className="strong num">
        {begun ? t('batch.live.decided', { decided: number(decided), total }) : <>{t('batch.live.items', { count: batch.totalCount, shown: total })} · <Money value={batch.totalAmount} currency={batch.currency} /></>}
      </span>
      {isRunning(state) && (
        <span className="num">
          {t('batch.live.speed', { speed: number(speed) })}
          {eta !== null && ` · ${t('batch.live.eta', { count: eta })}`} · <Badge />
        </span>
      )}
    </div>
  );
}

function Badge() {
  const { t } = useTranslation();
  const connected = useConnected();
  const online = useOnline();
  const [icon, word] = !online ? ['○', 'offline'] : connected ? ['●', 'live'] : ['◌', 'polling'];
  return <span className="nowrap">{icon} {t(`batch.live.${word}`)}</span>;
}

function LiveBar({ id, batch }: { id: string; batch: BatchDetail }) {
  const paid = useProgressPart(id, (progress) => progress.successCount) ?? batch.successCount;
  const failed = useProgressPart(id, (progress) => progress.failedCount) ?? batch.failedCount;
  const skipped = useProgressPart(id, (progress) => progress.skippedCount) ?? batch.skippedCount;
  return <Bar label={batch.name} total={batch.totalCount} paid={paid} failed={failed} skipped={skipped} />;
}

function Figures({ id, batch }: { id: string; batch: BatchDetail }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const counts = useProgressPart(id, ({ successCount, failedCount, pendingCount, skippedCount }) => ({ successCount, failedCount, pendingCount, skippedCount })) ?? batch;
  const paid = useProgressPart(id, (progress) => progress.successAmount) ?? batch.successAmount;
  const failed = useProgressPart(id, (progress) => progress.failedAmount) ?? batch.failedAmount;
  const money = (value: string) => text(fromDecimal(value, batch.currency));
  const figure = (name: string, count: number, sum?: string) => (
    <div key={name}>
      <div className="soft">{t(`batch.figure.${name}`)}</div>
      <div className="value">{count.toLocaleString(i18n.language)}</div>
      <div className="soft small">{sum ?? '\u00a0'}</div>
    </div>
  );
  return (
    <div className="figures">
      {figure('completed', counts.successCount, money(paid))}
      {figure('failed', counts.failedCount, money(failed))}
      {figure('pending', counts.pendingCount)}
      {figure('skipped', counts.skippedCount)}
      <div>
        <div className="soft">{t('batch.figure.fees')}</div>
        <div className="value">{text(fromDecimal(batch.feeAmount, batch.currency), false)}</div>
        <div className="soft small">{batch.currency}</div>
      </div>
    </div>
  );
}

/** Its line is there from the beginning to the end, so that nothing moves when the batch starts or ends. */
function Latest({ id, currency, running }: { id: string; currency: string; running: boolean }) {
  const { t } = useTranslation();
  const item = useProgressPart(id, (progress) => progress.currentRelation ?? null);
  return (
    <div className="soft clip num">
      {running && item && <>{t('batch.live.latest')}: {item.sourceAccount} → {item.targetAccount} · <Money value={item.amount} currency={currency} /> · {t(`batch.item.${item.status}`)}</>}
    </div>
  );
}

/** Asks for the browser's permission when it is clicked, and is gone once that is answered. */
function TellMe() {
  const { t } = useTranslation();
  if (useDesktop() !== 'off') return null;
  return <div className="no-print nowrap"><button type="button" className="link" onClick={() => void wantDesktop(true)}>{t('batch.live.tell')}</button></div>;
}

/** For screen readers: every ten percent, and the end. */
function Announcer({ id, state }: { id: string; state: BatchState }) {
  const { t } = useTranslation();
  const tens = useProgressPart(id, (progress) => Math.floor(progress.progress / 10) * 10) ?? 0;
  const failed = useProgressPart(id, (progress) => (isRunning(progress.state) ? 0 : progress.failedCount)) ?? 0;
  return <div className="sr" aria-live="polite">{isRunning(state) ? t('batch.live.percent', { percent: tens }) : `${t(`batch.state.${state}`)}. ${t('batch.figure.failed')}: ${failed}`}</div>;
}
