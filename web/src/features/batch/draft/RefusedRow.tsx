import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { fieldsOf, valueOf, type Corrections } from './corrections';

interface Props {
  row: Schemas['RowProblemView'];
  corrections: Corrections;
  editable: boolean;
  onType: (field: string, value: string) => void;
}

/** A refused row: its line in the file, why, and its values to correct. */
export function RefusedRow({ row, corrections, editable, onType }: Props) {
  const { t } = useTranslation();
  const reasons = [row, ...row.others];
  const isWrong = (field: string) => reasons.some((reason) => reason.column === field);
  return (
    <li>
      <span className="soft num nowrap">{t('draft.refused.line', { line: row.line })}</span>
      <div className="stack tight">
        {reasons.map((reason, index) => (
          <span key={index}>
            {reason.message}
            {reason.value !== '' && <> · <bdi className="soft">{reason.column != null ? `${reason.column}: ` : ''}{reason.value}</bdi></>}
          </span>
        ))}
        {editable && (
          <div className="fixes">
            {fieldsOf(row).map((field) => {
              const name = t(`file.field.${field}`);
              return (
                <label key={field}>
                  <span className="soft small" aria-hidden="true">{name}</span>
                  <Input size="small" aria-label={t('draft.refused.fieldOf', { field: name, line: row.line })} value={valueOf(row, field, corrections)} maxLength={500}
                    status={isWrong(field) ? 'error' : ''} onChange={(event) => onType(field, event.target.value)} />
                </label>
              );
            })}
          </div>
        )}
      </div>
    </li>
  );
}
