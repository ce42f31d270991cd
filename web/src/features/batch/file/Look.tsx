import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keyFor, settled } from '@/api/idempotency';
import { isUnclear, Problem } from '@/api/problem';
import type { LookedFile } from '@/api/upload';
import { AccountPicker, type Account } from '@/ui/AccountPicker';
import { Card } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { importOptions, lackOf, STYLES, type AmountStyle, type Decisions, type Reading } from './columns';
import { Columns } from './Columns';
import type { FileType } from './FilePage';
import { FirstRows } from './FirstRows';
import { ReadAs } from './ReadAs';
import { useKept } from './use-kept';

interface Props {
  file: LookedFile;
  type: FileType;
  reading: Reading;
  /** Whether this is still the look before the last correction. */
  isOld: boolean;
  failed: unknown;
  onRead: (change: Partial<Reading>) => void;
  onAgain: () => void;
  onTask: (task: string) => void;
}

interface Said {
  name: string;
  account: Account | null;
  style: AmountStyle;
  sign: string;
  decisions: Decisions;
}

/** How the file is read, what its columns mean, and its first rows: all of it can be corrected before anything is imported. */
export function Look({ file, type, reading, isOld, failed, onRead, onAgain, onTask }: Props) {
  const { t, i18n } = useTranslation();
  const [said, keep] = useKept<Said>(`file:${file.file_id}`, { name: file.name.replace(/\.\w+$/, ''), account: null, style: 'plain', sign: '', decisions: {} });
  const lack = useLack(file, said);
  const rows = file.rows_estimate ?? 0;
  return (
    <>
      <ReadAs file={file} reading={reading} isOld={isOld} onRead={onRead} onAgain={onAgain} />
      {failed !== null && <ProblemNote error={failed} />}
      {file.columns.length > 0 && (
        <>
          <Card title={t('file.batch')}>
            <div className="stack">
              <div className="two">
                <Field label={t('draft.name')}>{(id) => <Input id={id} value={said.name} maxLength={255} onChange={(event) => keep({ ...said, name: event.target.value })} />}</Field>
                <Field label={t(`draft.single.${type}`)}>{(id) => <AccountPicker id={id} value={said.account} onChange={(account) => keep({ ...said, account })} />}</Field>
              </div>
              <div className="two">
                <Field label={t('file.style.label')} hint={t('file.style.hint')}>
                  {(id) => (
                    <Select<AmountStyle> id={id} value={said.style} onChange={(style) => keep({ ...said, style })}
                      options={(Object.keys(STYLES) as AmountStyle[]).map((value) => ({ value, label: t(`file.style.${value}`) }))} />
                  )}
                </Field>
                <Field label={t('file.sign.label')} hint={t('file.sign.hint')}>{(id) => <Input id={id} value={said.sign} maxLength={8} onChange={(event) => keep({ ...said, sign: event.target.value })} />}</Field>
              </div>
            </div>
          </Card>
          <Columns columns={file.columns} decisions={said.decisions} onDecide={(header, use) => keep({ ...said, decisions: { ...said.decisions, [header]: use } })} />
          <FirstRows file={file} />
          <div className="foot">
            <div className="rest">{lack !== null && <span className="soft">{lack}</span>}</div>
            <Start file={file} type={type} said={said} reading={reading} disabled={lack !== null || isOld} onTask={onTask}
              label={t('file.import', { count: rows, shown: rows.toLocaleString(i18n.language) })} />
          </div>
        </>
      )}
    </>
  );
}

function useLack(file: LookedFile, said: Said): string | null {
  const { t } = useTranslation();
  const lack = lackOf(file.columns, said.decisions);
  if (lack?.why === 'undecided') return t('file.lack.undecided', { count: lack.count });
  if (lack?.why === 'twice') return t('file.lack.twice', { field: t(`file.field.${lack.field}`) });
  if (lack !== null) return t(`file.lack.${lack.why}`);
  if (said.name.trim() === '') return t('file.lack.name');
  return said.account === null ? t('file.lack.account') : null;
}

interface StartProps {
  file: LookedFile;
  type: FileType;
  said: Said;
  reading: Reading;
  disabled: boolean;
  label: string;
  onTask: (task: string) => void;
}

/** Starts the task. If the answer is lost, the same request under the same key finds the task that was started. */
function Start({ file, type, said, reading, disabled, label, onTask }: StartProps) {
  const { busy, problem, send } = useForm();
  const start = () =>
    void send(async () => {
      const options = importOptions({ type, account: said.account?.number ?? '', name: said.name, style: said.style, sign: said.sign, reading, columns: file.columns, decisions: said.decisions });
      const body = { task_type: 'import_batch' as const, file_id: file.file_id, options };
      const subject = `import:${file.file_id}`;
      try {
        const params = { header: { 'Idempotency-Key': keyFor(subject, JSON.stringify(body)) } };
        const { data } = await answer(api.POST('/api/v1/batch-tasks', { params, body }));
        settled(subject);
        onTask(data.id);
      } catch (cause) {
        if (!(cause instanceof Problem && isUnclear(cause))) settled(subject);
        throw cause;
      }
    });
  return (
    <>
      <Button type="primary" disabled={disabled} loading={busy} onClick={start}>{label}</Button>
      {problem !== null && <div className="whole"><ProblemNote error={problem} onRetry={start} /></div>}
    </>
  );
}
