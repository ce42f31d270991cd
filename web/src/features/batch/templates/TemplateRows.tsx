import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCanChange } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { useCurrencies } from '@/ui/currencies';
import { Money } from '@/ui/money/Money';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { allRows, asRelations, isWrong, wouldMove, type TemplateRow } from './rows';
import type { Template } from './TemplatesPage';

interface Props {
  id: string;
  template: Template;
  onSaved: () => Promise<void>;
}

/** The rows of a template. Amounts are changed together, under the version that is shown. */
export function TemplateRows({ id, template, onSaved }: Props) {
  const { t } = useTranslation();
  const editable = useCanChange()('editBatchTemplate', template.createdBy);
  const { currency } = template;
  const scale = useCurrencies().find(({ code }) => code === currency)?.scale ?? 2;
  const [typed, setTyped] = useState<Record<number, string> | null>(null);
  const { busy, problem, send } = useForm();
  const found = useQuery({ queryKey: keys.templateRows(id, template.version), queryFn: () => allRows(id) });
  if (found.data === undefined) return found.error === null ? <Loading lines={6} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  const all = found.data;
  const wrong = typed !== null && Object.values(typed).some((text) => isWrong(text, scale, currency));
  const save = () =>
    void send(async () => {
      const params = { path: { id }, header: { 'If-Match': `"${template.version}"` } };
      await answer(api.PATCH('/api/batch-transfer-templates/{id}', { params, body: { amountMode: 'custom', relations: asRelations(all, template.type, typed ?? {}, scale, currency) } }));
      setTyped(null);
      await onSaved();
    });
  const amount = (row: TemplateRow) =>
    typed === null ? <Money value={row.amount} currency={currency} bare /> : (
      <MoneyInput size="small" hideLabel label={t('draft.amountOf', { account: other(row, template) })} value={typed[row.id] ?? row.amount ?? ''} currency={currency} scale={scale}
        onChange={(text) => setTyped({ ...typed, [row.id]: text })} />
    );
  const columns: Column<TemplateRow>[] = [
    { key: 'line', title: '#', width: '56px', cell: (row) => row.id },
    ...(template.type === 'many_to_many' ? [{ key: 'from', title: t('templates.payer'), width: 'minmax(0, 1fr)', cell: (row: TemplateRow) => row.sourceAccount }] : []),
    { key: 'number', title: t('draft.number'), width: 'minmax(0, 1.2fr)', cell: (row) => <bdi>{other(row, template)}</bdi> },
    { key: 'amount', title: t('draft.amount'), width: '190px', right: true, cell: amount },
    { key: 'memo', title: t('draft.memoColumn'), width: 'minmax(0, 1.6fr)', cell: (row) => <bdi>{row.memo}</bdi> },
  ];
  return (
    <div className="stack tight">
      {editable && wouldMove(template.convert, all) && <p className="soft small" style={{ margin: 0 }}>{t('templates.cannotEdit')}</p>}
      {editable && all.length > 0 && !wouldMove(template.convert, all) && (
        <div className="row">
          {typed === null ? <Button onClick={() => setTyped({})}>{t('templates.editAmounts')}</Button> : (
            <>
              <Button type="primary" loading={busy} disabled={wrong || Object.keys(typed).length === 0} onClick={save}>{t('templates.save')}</Button>
              <Button disabled={busy} onClick={() => setTyped(null)}>{t('ui.cancel')}</Button>
            </>
          )}
        </div>
      )}
      {problem !== null && <ProblemNote error={problem} onRetry={() => void onSaved()} />}
      <BigList<TemplateRow> label={t('templates.rows')} columns={columns} cardHeight={64}
        rows={{ count: all.length, row: (index) => all[index], show: () => undefined }}
        card={(row) => <div className="row apart" style={{ flexWrap: 'nowrap' }}><bdi className="clip">{other(row, template)}</bdi><span style={{ width: 170 }}>{amount(row)}</span></div>}
        empty={<Empty text={t(template.groupId == null ? 'templates.noRows' : 'templates.onlyGroup')} />} />
    </div>
  );
}

/** The payee (in many-to-one, the payer) as the template names it. */
function other(row: TemplateRow, template: Template): string {
  if (row.contactType !== 'inner') return row.targetIdentifier;
  return template.type === 'many_to_one' ? row.sourceAccount : row.targetAccount;
}
