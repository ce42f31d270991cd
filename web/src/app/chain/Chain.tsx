import { useTranslation } from 'react-i18next';
import { ProblemNote } from '@/ui/ProblemNote';
import { Pill } from '@/ui/Pill';
import { Time } from '@/ui/Time';
import { useVerifications, verifiedBy } from './chain';

/** What the last verification of the ledger and its log found. The API tells of no other state of the chain. */
export function ChainState() {
  const { t, i18n } = useTranslation();
  const found = useVerifications();
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return null;
  const verified = verifiedBy(found.data);
  if (verified === null) return <span><Pill tone="grey" icon="○">{t('audit.chain.never')}</Pill></span>;
  const { sound, at, postings, violations } = verified;
  return (
    <span className="stack tight">
      <span className="row">
        <Pill tone={sound ? 'good' : 'err'} icon={sound ? '✓' : '✕'}>{t(sound ? 'audit.chain.sound' : 'audit.chain.broken')}</Pill>
        <span className="soft">{t('audit.chain.postings', { count: postings, shown: postings.toLocaleString(i18n.language) })} · {t('audit.chain.checked')} <Time at={at} /></span>
      </span>
      {violations.map(({ invariant, count, first }) => (
        <span key={invariant} className="bad">{t('audit.chain.violation', { count, shown: count.toLocaleString(i18n.language), invariant, first })}</span>
      ))}
    </span>
  );
}
