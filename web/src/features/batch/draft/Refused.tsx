import { useQuery } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import '../refused.css';
import { Correct } from './Correct';
import { corrected, type Corrections } from './corrections';
import { RefusedRow } from './RefusedRow';
import type { DraftStore } from './store';

export const REFUSED_SHOWN = 200;

interface Props {
  batch: string;
  version: number;
  store: DraftStore;
}

/** Rows of the file that are not in the draft, each with its reason. The draft is handed over without them only if their number is confirmed. */
export function Refused({ batch, version, store }: Props) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const [asked, setAsked] = useState(false);
  const [corrections, setCorrections] = useState<Corrections>({});
  const refused = useQuery({
    queryKey: keys.batch.problems(batch),
    queryFn: () => answer(api.GET('/api/batch-transfers/{id}/problems', { params: { path: { id: batch }, query: { pageSize: REFUSED_SHOWN } } })),
  });
  if (refused.error !== null) return <ProblemNote error={refused.error} onRetry={() => void refused.refetch()} />;
  const rows = refused.data?.data ?? [];
  const count = refused.data?.pagination.total ?? rows.length;
  if (count === 0) return null;
  const shown = count.toLocaleString(i18n.language);
  const editable = can('uploadFile') && can('addRelations');
  // The draft's new version first: as long as rows are shown as refused, nobody sends on the old one.
  const reload = async () => {
    await store.load();
    setCorrections({});
    await queries.invalidateQueries({ queryKey: keys.batch.all(batch) });
  };
  return (
    <Card title={t('draft.refused.title', { count, shown })}
      extra={can('dropProblems') && <Button onClick={() => setAsked(true)}>{t('draft.refused.drop', { count, shown })}…</Button>}>
      <p className="soft" style={{ marginTop: 0 }}>{t(editable ? 'draft.refused.correct' : 'draft.refused.hint')}</p>
      <ul className="refused high" tabIndex={0} aria-label={t('draft.refused.title', { count, shown })}>
        {rows.map((row) => (
          <RefusedRow key={row.id} row={row} corrections={corrections} editable={editable}
            onType={(field, value) => setCorrections((now) => ({ ...now, [row.id]: { ...now[row.id], [field]: value } }))} />
        ))}
      </ul>
      {count > rows.length && <p className="soft" style={{ marginBottom: 0 }}>{t('draft.refused.first', { rows: rows.length, shown })}</p>}
      {editable && <Correct batch={batch} version={version} rows={corrected(rows, corrections)} corrections={corrections} onDone={() => void reload()} />}
      {asked && <Drop batch={batch} count={count} shown={shown} onClose={() => setAsked(false)} reload={reload} />}
    </Card>
  );
}

/** The number is sent along: rows that nobody has seen are never dropped. */
function Drop({ batch, count, shown, onClose, reload }: { batch: string; count: number; shown: string; onClose: () => void; reload: () => Promise<void> }) {
  const { t } = useTranslation();
  const { busy, problem, send } = useForm();
  const drop = () =>
    void send(async () => {
      await answer(api.DELETE('/api/batch-transfers/{id}/problems', { params: { path: { id: batch }, query: { count } } }));
      await reload();
      onClose();
    });
  return (
    <Modal open title={t('draft.refused.sure', { count, shown })} okText={t('draft.refused.drop', { count, shown })} cancelText={t('ui.cancel')} confirmLoading={busy} onOk={drop} onCancel={onClose}>
      <p>{t('draft.refused.effect')}</p>
      {problem !== null && <ProblemNote error={problem} />}
    </Modal>
  );
}
