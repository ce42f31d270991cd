import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Card } from '@/ui/Page';
import { asField, FIELDS, usedAs, type Decisions, type Field } from './columns';

interface Props {
  columns: Schemas['ColumnView'][];
  decisions: Decisions;
  onDecide: (header: string, use: Field | 'none') => void;
}

/** What each column is used as. A guess is shown with how likely it is, and used only after somebody said so. */
export function Columns({ columns, decisions, onDecide }: Props) {
  const { t } = useTranslation();
  const uses = columns.map((column) => usedAs(column, decisions));
  const isTwice = (use: string) => use !== 'none' && use !== 'undecided' && uses.filter((other) => other === use).length > 1;
  const options = [...FIELDS, 'none' as const].map((value) => ({ value, label: t(`file.field.${value}`) }));
  return (
    <Card title={t('file.columns')}>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('file.columns')}>
        <table className="plain cards">
          <thead><tr><th scope="col">{t('file.yours')}</th><th scope="col">{t('file.samples')}</th><th scope="col">{t('file.usedAs')}</th><th scope="col"><span className="sr">{t('file.state')}</span></th></tr></thead>
          <tbody>
            {columns.map((column, index) => {
              const use = uses[index] ?? 'none';
              const guess = asField(column.field);
              return (
                <tr key={`${index}:${column.header}`}>
                  <th scope="row"><bdi>{column.header}</bdi></th>
                  <td className="soft"><bdi>{column.samples.join(', ')}</bdi></td>
                  <td>
                    <Select<Field | 'none'> aria-label={t('file.useOf', { header: column.header })} style={{ width: '100%', minWidth: 160 }} status={use === 'undecided' ? 'warning' : isTwice(use) ? 'error' : ''}
                      value={use === 'undecided' ? null : use} placeholder={t('file.decide')} options={options} onChange={(next) => onDecide(column.header, next)} />
                  </td>
                  <td className="small">
                    {use === 'undecided' && (
                      <span className="row">
                        {guess === null ? (
                          <span className="warn-text">{t('file.mustDecide', { what: column.must_decide ?? '' })}</span>
                        ) : (
                          <Button size="small" onClick={() => onDecide(column.header, guess)}>{t('file.use', { field: t(`file.field.${guess}`), percent: column.confidence })}</Button>
                        )}
                        <Button size="small" aria-label={t('file.setAsideOf', { header: column.header })} onClick={() => onDecide(column.header, 'none')}>{t('file.field.none')}</Button>
                      </span>
                    )}
                    {isTwice(use) && <span className="bad">{t('file.twice')}</span>}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
