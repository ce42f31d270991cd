import { Input } from 'antd';
import type { ClipboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { format } from '@/money/amount';
import { parseRatio } from '@/money/split';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Empty } from '@/ui/parts';
import { shares, type Plan, type Row } from './plan';
import { asRows } from './Selected';
import type { DraftStore } from './store';

interface Line {
  row: Row;
  index: number;
}

/** Every row with its amount; what is typed for it can be filled down by pasting a column. */
export function AmountRows({ plan, store, onlyEmpty }: { plan: Plan; store: DraftStore; onlyEmpty: boolean }) {
  const { t } = useTranslation();
  const each = shares(plan);
  const all = plan.rows.map((row, index): Line => ({ row, index }));
  const lines = onlyEmpty ? all.filter(({ index }) => (each[index]?.minor ?? 0n) === 0n) : all;
  const change = (index: number, changed: Partial<Row>) => store.change({ rows: plan.rows.map((row, at) => (at === index ? { ...row, ...changed } : row)) });

  /** A column copied from a spreadsheet fills the rows below; a single value is an ordinary paste. */
  const paste = (event: ClipboardEvent, index: number, field: 'amount' | 'ratio' | 'memo') => {
    const values = event.clipboardData.getData('text').replace(/\r/g, '').replace(/\n$/, '').split('\n');
    if (values.length < 2) return;
    event.preventDefault();
    store.change({ rows: plan.rows.map((row, at) => (at >= index && at < index + values.length ? { ...row, [field]: (values[at - index] ?? '').trim() } : row)) });
  };

  const currency = plan.single?.currency ?? '';
  const scale = plan.single?.scale ?? 2;
  const amount = ({ row, index }: Line) =>
    plan.amountMode === 'custom' ? (
      <div onPaste={(event) => paste(event, index, 'amount')}>
        <MoneyInput size="small" hideLabel label={t('draft.amountOf', { account: row.number })} value={row.amount} currency={currency} scale={scale} onChange={(text) => change(index, { amount: text })} />
      </div>
    ) : (
      <span className="num">{each[index] ? format(each[index]) : '–'}</span>
    );
  const ratio = ({ row, index }: Line) => (
    <Input size="small" inputMode="decimal" aria-label={t('draft.ratioOf', { account: row.number })} value={row.ratio} {...(row.ratio !== '' && parseRatio(row.ratio) === null && { status: 'error' as const })}
      onPaste={(event) => paste(event, index, 'ratio')} onChange={(event) => change(index, { ratio: event.target.value })} />
  );
  const memo = ({ row, index }: Line) => (
    <Input size="small" aria-label={t('draft.memoOf', { account: row.number })} placeholder={plan.memo} value={row.memo} maxLength={500}
      onPaste={(event) => paste(event, index, 'memo')} onChange={(event) => change(index, { memo: event.target.value })} />
  );
  const named = plan.rows.some((row) => row.name !== '');
  const columns: Column<Line>[] = [
    { key: 'line', title: '#', width: '56px', cell: ({ index }) => index + 1 },
    { key: 'number', title: t('draft.number'), width: 'minmax(0, 1fr)', cell: ({ row }) => row.number },
    ...(named ? [{ key: 'holder', title: t('draft.holder'), width: 'minmax(0, 1.2fr)', cell: ({ row }: Line) => <bdi>{row.name}</bdi> }] : []),
    ...(plan.amountMode === 'ratio' ? [{ key: 'ratio', title: t('draft.ratio'), width: '110px', cell: ratio }] : []),
    { key: 'amount', title: t('draft.amount'), width: '190px', right: true, cell: amount },
    { key: 'memo', title: t('draft.memoColumn'), width: 'minmax(0, 1.6fr)', cell: memo },
  ];
  return (
    <BigList<Line> label={t('draft.step.amounts')} rows={asRows(lines)} columns={columns} cardHeight={88} height="max(280px, 100vh - 520px)"
      card={(line) => (
        <div className="row apart" style={{ flexWrap: 'nowrap' }}>
          <span className="clip">{line.row.number}<br /><bdi className="soft">{line.row.name}</bdi></span>
          <span style={{ width: 170 }}>{plan.amountMode === 'ratio' ? ratio(line) : amount(line)}</span>
        </div>
      )}
      empty={<Empty text={t('draft.noneSelected')} />} />
  );
}
