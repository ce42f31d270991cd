import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time, useTimeText } from '@/ui/Time';

type Event = Schemas['BatchHistoryView'];

/** What happened to the batch, newest first, a heading for each day. */
export function Timeline({ id }: { id: string }) {
  const { t } = useTranslation();
  const text = useTimeText();
  const history = useQuery({ queryKey: keys.batch.history(id), queryFn: () => readAll(id) });
  if (history.isPending) return <Loading />;
  if (history.error !== null) return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  const days = new Map<string, Event[]>();
  for (const event of [...history.data].reverse()) {
    const day = text(event.createdAt, 'date');
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return (
    <div className="stack">
      {[...days].map(([day, events]) => (
        <Card key={day} title={day}>
          <ol className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {events.map((event) => (
              <li key={event.id} className="row" style={{ alignItems: 'baseline' }}>
                <span className="soft num"><Time at={event.createdAt} style="time" /></span>
                <span>{event.message}</span>
                <span className="soft">{t('batch.timeline.by', { name: event.operator })}</span>
                {noteOf(event) !== null && <bdi className="soft">“{noteOf(event)}”</bdi>}
              </li>
            ))}
          </ol>
        </Card>
      ))}
    </div>
  );
}

export async function readAll(id: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let page = 1; ; page += 1) {
    const { data, pagination } = await answer(api.GET('/api/batch-transfers/{id}/history', { params: { path: { id }, query: { page, pageSize: 200 } } }));
    events.push(...data);
    if (page >= (pagination.totalPages ?? 1) || page === 10) return events;
  }
}

export function noteOf(event: Event): string | null {
  const details = event.details as { note?: unknown } | null | undefined;
  return typeof details?.note === 'string' && details.note !== '' ? details.note : null;
}
