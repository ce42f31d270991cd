import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { Card } from '@/ui/Page';
import { Loosened } from '@/ui/Loosened';
import { Empty, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Money } from '@/ui/money/Money';
import { Time, useTimeText } from '@/ui/Time';

/** Who must approve, who did, and for which content. */
export function Approvals({ id, currency }: { id: string; currency: string }) {
  const { t } = useTranslation();
  const time = useTimeText();
  const approvals = useQuery({
    queryKey: keys.batch.approvals(id),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}/approvals', { params: { path: { id } } }))).data,
  });
  if (approvals.isPending) return <Loading />;
  if (approvals.error !== null) return <ProblemNote error={approvals.error} onRetry={() => void approvals.refetch()} />;
  const { needed, given, levels, mayApprove, contentHash, expiresAt, decisions, loosened, sameDay } = approvals.data;
  if (needed === 0 && decisions.length === 0) return <div className="card"><Empty text={t('batch.approval.none')} /></div>;
  return (
    <div className="stack">
      <Loosened policy={loosened} />
      <div className="two">
        <Card title={t('batch.approval.title', { given, needed })}>
          <dl className="facts left">
            {levels.map((level, index) => (
              <div key={index} style={{ display: 'contents' }}>
                <dt>{t('batch.approval.level', { level: index + 1 })}</dt>
                <dd>{level.open === 0 ? <Pill tone="good" icon="✓">{level.given.join(', ')}</Pill> : t('batch.approval.open', { count: level.open })}</dd>
              </div>
            ))}
            {mayApprove.length > 0 && <><dt>{t('batch.approval.who')}</dt><dd>{mayApprove.map((person) => person.name).join(', ')}</dd></>}
            {/[1-9]/.test(sameDay) && <><dt>{t('batch.approval.sameDay')}</dt><dd><Money value={sameDay} currency={currency} /></dd></>}
            {expiresAt && <><dt>{t('batch.approval.expires')}</dt><dd><Time at={expiresAt} /></dd></>}
            {contentHash && <><dt>{t('batch.approval.hash')}</dt><dd><code style={{ overflowWrap: 'anywhere' }}>{contentHash}</code></dd></>}
          </dl>
        </Card>
        <Card title={t('batch.approval.decisions')}>
          {decisions.length === 0 && <p className="soft" style={{ margin: 0 }}>{t('batch.approval.noDecisions')}</p>}
          <ol className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {decisions.map((decision) => (
              <li key={`${decision.approver}-${decision.decidedAt}`}>
                <div className="row">
                  <Pill tone={decision.action === 'approve' ? 'good' : 'err'} icon={decision.action === 'approve' ? '✓' : '✕'}>{t(`batch.approval.${decision.action}`)}</Pill>
                  <span>{decision.approver}</span>
                  <span className="soft small"><Time at={decision.decidedAt} /></span>
                  {!decision.counts && <span className="soft small">{t('batch.approval.void')}</span>}
                </div>
                {decision.note && <bdi className="soft">{decision.note}</bdi>}
                {decision.sponsors.map((sponsor) => (
                  <div key={`${sponsor.deed}-${sponsor.at}`} className="small warn-text">! {t(`batch.approval.sponsor.${sponsor.deed}`, { by: sponsor.by, time: time(sponsor.at) })}</div>
                ))}
              </li>
            ))}
          </ol>
        </Card>
      </div>
    </div>
  );
}
