import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import type { LookedFile } from '@/api/upload';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useSearch } from '@/ui/use-search';
import type { Reading } from './columns';
import { Drop } from './Drop';
import './file.css';
import { Import } from './Import';
import { Look } from './Look';

const NAMES = ['type', 'file', 'encoding', 'delimiter', 'sheet', 'task'] as const;

export type FileType = 'one_to_many' | 'many_to_one';

/** From a file to a draft: the file goes to the server as it is, which reads it, shows how, and imports it as a task. */
export function FilePage() {
  const { t } = useTranslation();
  const { search, set } = useSearch(NAMES);
  const type: FileType = search.type === 'many_to_one' ? 'many_to_one' : 'one_to_many';
  const { encoding, delimiter, sheet } = search;
  const again = () => set({ file: '', encoding: '', delimiter: '', sheet: '', task: '' });
  return (
    <Page title={t('file.title')}>
      <div><Link to={paths.newBatch()}>‹ {t('app.menu.batch')}</Link></div>
      {search.task !== '' ? (
        <Import task={search.task} onBack={() => set({ task: '' })} onAgain={again} />
      ) : search.file !== '' ? (
        <Looked id={search.file} type={type} reading={{ encoding, delimiter, sheet }} onRead={(change) => set(change)} onAgain={again} onTask={(task) => set({ task })} />
      ) : (
        <Drop
          onDone={(file) => {
            queries.setQueryData(keys.file(file.file_id, { encoding: '', delimiter: '', sheet: '' }), file);
            set({ file: file.file_id });
          }}
        />
      )}
    </Page>
  );
}

interface Props {
  id: string;
  type: FileType;
  reading: Reading;
  onRead: (change: Partial<Reading>) => void;
  onAgain: () => void;
  onTask: (task: string) => void;
}

function Looked({ id, type, reading, onRead, onAgain, onTask }: Props) {
  const { t } = useTranslation();
  const said = Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== ''));
  const file = useQuery({
    queryKey: keys.file(id, { ...reading }),
    queryFn: async (): Promise<LookedFile> => (await answer(api.GET('/api/v1/files/{id}', { params: { path: { id }, query: { look: 'payments', ...said } } }))).data,
    staleTime: Infinity,
    // The last look stays while the file is read in another way.
    placeholderData: (last) => (last?.file_id === id ? last : undefined),
  });
  if (file.data === undefined) {
    return file.error === null ? <Loading lines={8} /> : (
      <ProblemNote error={file.error} onRetry={() => void file.refetch()}><div><Button size="small" onClick={onAgain}>{t('file.another')}</Button></div></ProblemNote>
    );
  }
  return <Look key={id} file={file.data} type={type} reading={reading} isOld={file.isPlaceholderData} failed={file.error} onRead={onRead} onAgain={onAgain} onTask={onTask} />;
}
