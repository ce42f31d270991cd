import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';

interface Props {
  /** The kind of object, and which one, as the audit log names them. */
  subject: string;
  subjectId?: string;
  title: string;
  /** What an entry changed, in words; without it the action's name stands alone. */
  tell?: (entry: Schemas['AuditView']) => string | null;
}

const SHOWN = 20;

/** The latest entries of the audit log about one thing, for those who may read the log. */
export function Trail({ subject, subjectId, title, tell }: Props) {
  const { t } = useTranslation();
  const may = useCan()('listAudit');
  const query = { subject, pageSize: SHOWN, ...(subjectId !== undefined && { subjectId }) };
  const trail = useQuery({
    queryKey: keys.trail(query),
    queryFn: async () => {
      const listed = await answer(api.GET('/api/v2/audit', { params: { query } }));
      // Text is what an export has, which is not asked for here.
      return typeof listed === 'string' ? [] : listed.data;
    },
    enabled: may,
  });
  if (!may) return null;
  return (
    <Card title={title}>
      {trail.error !== null && <ProblemNote error={trail.error} onRetry={() => void trail.refetch()} />}
      {trail.isPending && <Loading />}
      {trail.data?.length === 0 && <Empty text={t('settings.trail.none')} />}
      <ul className="lines">
        {trail.data?.map((entry) => (
          <li key={entry.id}>
            <span className="rest">{tell?.(entry) ?? <code>{entry.action}</code>}{entry.result !== 'ok' && <span className="bad"> · {entry.result}</span>}</span>
            <span className="soft small">{entry.actor} · <Time at={entry.at} /></span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
