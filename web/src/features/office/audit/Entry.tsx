import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { Pill } from '@/ui/Pill';
import { Time } from '@/ui/Time';
import { readDetails } from './details';

export type Entry = Schemas['AuditView'];

export function Result({ result }: { result: string }) {
  const { t } = useTranslation();
  return result === 'ok' ? <Pill tone="good" icon="✓">{t('audit.done')}</Pill> : <Pill tone="err" icon="✕">{result}</Pill>;
}

/** All of an entry: who, from where, what it changed, and the digest that covers what the log does not spell out. */
export function EntryPanel({ entry, onClose }: { entry: Entry | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open={entry !== undefined} title={entry === undefined ? '' : t('audit.entry', { id: entry.id })} size={560} onClose={onClose}>
      {entry !== undefined && <Panel entry={entry} />}
    </Drawer>
  );
}

function Panel({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const { changes, rest } = readDetails(entry.details);
  return (
    <div className="stack">
      <dl className="facts left">
        <dt>{t('audit.at')}</dt><dd><Time at={entry.at} /></dd>
        <dt>{t('audit.actor')}</dt><dd><bdi>{entry.actor}</bdi> <span className="soft">({t(`audit.kind.${entry.actorKind}`)}{entry.actorId != null && ` ${entry.actorId}`})</span></dd>
        <dt>{t('audit.origin')}</dt><dd><bdi>{entry.origin}</bdi></dd>
        <dt>{t('audit.action')}</dt><dd><code>{entry.action}</code></dd>
        <dt>{t('audit.subject')}</dt><dd><Subject entry={entry} /></dd>
        <dt>{t('audit.result')}</dt><dd><Result result={entry.result} /></dd>
        {entry.digest != null && entry.digest !== '' && <><dt>{t('audit.digest')}</dt><dd><code className="audit-text">{entry.digest}</code></dd></>}
      </dl>
      {changes.length > 0 && (
        <section className="stack tight">
          <h2>{t('audit.change')}</h2>
          <div className="audit-change" role="region" tabIndex={0} aria-label={t('audit.change')}>
            <table>
              <thead><tr><th scope="col">{t('audit.field')}</th><th scope="col">{t('audit.before')}</th><th scope="col">{t('audit.after')}</th></tr></thead>
              <tbody>
                {changes.map(({ field, before, after, changed }) => (
                  <tr key={field} className={changed ? 'changed' : ''}>
                    <th scope="row">{changed && <span title={t('audit.changed')}>≠<span className="sr"> {t('audit.changed')}</span> </span>}{field}</th>
                    <td><bdi>{before ?? '–'}</bdi></td>
                    <td><bdi>{after ?? '–'}</bdi></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {rest.length > 0 && (
        <section className="stack tight">
          <h2>{t('audit.details')}</h2>
          <dl className="facts left">
            {rest.map(([field, value]) => <div key={field} style={{ display: 'contents' }}><dt>{field}</dt><dd><bdi className="audit-text">{value}</bdi></dd></div>)}
          </dl>
        </section>
      )}
    </div>
  );
}

/** What it was done to, as a link where there is a page of it. */
export function Subject({ entry: { subject, subjectId } }: { entry: Entry }) {
  const id = subjectId ?? '';
  const to = id === '' ? null : subject === 'batch' ? paths.batch(id) : subject === 'account' ? paths.account(`acct_${id}`) : subject === 'transfer' ? paths.transferDetail(`xfer_${id}`) : null;
  const text = `${subject} ${id}`.trim();
  return to === null ? <>{text}</> : <Link to={to}>{text}</Link>;
}
