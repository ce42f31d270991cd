import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useForm } from '@/ui/use-form';

export function Sessions() {
  const { t } = useTranslation();
  const sessions = useQuery({
    queryKey: keys.sessions,
    queryFn: async () => (await answer(api.GET('/api/v1/auth/sessions'))).data,
  });
  const { busy, problem, send } = useForm();
  const end = (id: string) =>
    void send(async () => {
      await answer(api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
      await sessions.refetch();
    });
  return (
    <Card title={t('me.tabs.sessions')}>
      {sessions.isPending && <Loading />}
      {sessions.error !== null && <ProblemNote error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {problem !== null && <ProblemNote error={problem} />}
      <div className="stack">
        {sessions.data?.map((session) => (
          <div key={session.id} className="row apart">
            <div style={{ minWidth: 0 }}>
              <div className="clip">{session.agent}</div>
              <div className="soft small">{session.address} · {t('me.sessions.seen')} <Time at={session.seenAt} /></div>
            </div>
            {session.current ? <Pill tone="run">{t('me.sessions.this')}</Pill> : <Button disabled={busy} onClick={() => end(session.id)}>{t('me.sessions.end')}</Button>}
          </div>
        ))}
      </div>
    </Card>
  );
}
