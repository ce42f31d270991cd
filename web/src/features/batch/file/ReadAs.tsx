import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LookedFile } from '@/api/upload';
import { Card } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import '../refused.css';
import { asProblem } from '../task';
import { sizeOf, type Reading } from './columns';

const ENCODINGS = ['utf-8', 'gb18030', 'big5', 'windows-1252', 'utf-16le', 'utf-16be'];
const DELIMITERS = ['comma', 'semicolon', 'tab', 'pipe'] as const;

interface Props {
  file: LookedFile;
  reading: Reading;
  isOld: boolean;
  onRead: (change: Partial<Reading>) => void;
  onAgain: () => void;
}

/** What the file was read as. Another choice reads it again. */
export function ReadAs({ file, reading, isOld, onRead, onAgain }: Props) {
  const { t, i18n } = useTranslation();
  const isText = file.encoding != null || reading.encoding !== '' || file.kind === 'text' || file.kind === 'csv';
  const sheet = reading.sheet !== '' ? reading.sheet : (file.sheet ?? undefined);
  return (
    <Card title={<><bdi>{file.name}</bdi> <span className="soft small">{sizeOf(file.size, i18n.language)}</span></>} extra={<Button onClick={onAgain}>{t('file.another')}</Button>}>
      <div className="stack" aria-busy={isOld}>
        {file.problem != null && <ProblemNote error={asProblem(file.problem.code, file.problem.message)} />}
        <div className="reading">
          {isText && (
            <>
              <Field label={t('file.encoding')}>
                {(id) => <Select id={id} value={reading.encoding !== '' ? reading.encoding : (file.encoding ?? null)} onChange={(encoding: string) => onRead({ encoding })} options={ENCODINGS.map((value) => ({ value, label: value.toUpperCase() }))} />}
              </Field>
              {file.kind !== 'jsonl' && (
                <Field label={t('file.delimiter')}>
                  {(id) => <Select id={id} value={reading.delimiter !== '' ? reading.delimiter : (file.delimiter ?? null)} onChange={(delimiter: string) => onRead({ delimiter })} options={DELIMITERS.map((value) => ({ value, label: t(`file.mark.${value}`) }))} />}
                </Field>
              )}
            </>
          )}
          {file.sheets.length > 0 && (
            <Field label={t('file.sheet')}>
              {(id) => (
                <Select id={id} value={sheet ?? null} onChange={(chosen: string) => onRead({ sheet: chosen })}
                  options={file.sheets.map(({ name, hidden }) => ({ value: name, label: hidden ? t('file.hidden', { name }) : name }))} />
              )}
            </Field>
          )}
          {file.header_line != null && file.header_line > 0 && <Fact label={t('file.header')} value={t('draft.refused.line', { line: file.header_line })} />}
          {file.rows_estimate != null && <Fact label={t('file.rows')} value={t('file.about', { shown: file.rows_estimate.toLocaleString(i18n.language) })} />}
        </div>
        {file.above.length > 0 && (
          <div className="note run">
            <p>{t('file.above', { count: file.above.length })}</p>
            {file.above.slice(0, 3).map((row) => <p key={row.line} className="clip"><span className="num">{row.line}</span> <bdi>{row.cells.filter((cell) => cell !== '').join(' · ')}</bdi></p>)}
          </div>
        )}
        {file.remarks.length > 0 && (
          <ul className="refused" tabIndex={0} aria-label={t('file.remarks')}>
            {file.remarks.map((remark, index) => (
              <li key={index}>
                <span className="soft num nowrap">{remark.line > 0 && t('draft.refused.line', { line: remark.line })}</span>
                <span className="warn-text">{remark.message}{remark.value !== '' && <> · <bdi className="soft">{remark.column != null ? `${remark.column}: ` : ''}{remark.value}</bdi></>}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return <div className="field"><span className="soft">{label}</span><span className="num">{value}</span></div>;
}
