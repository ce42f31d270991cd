import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BigList, type Rows } from '@/ui/big-list/BigList';
import { Empty } from '@/ui/parts';
import { SearchBox } from '@/ui/SearchBox';
import type { Plan, Row } from './plan';
import type { DraftStore } from './store';

/** What is in the draft. */
export function Selected({ plan, store }: { plan: Plan; store: DraftStore }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [text, setText] = useState('');
  const wanted = text.toLowerCase();
  const found = wanted === '' ? plan.rows : plan.rows.filter((row) => `${row.number} ${row.name}`.toLowerCase().includes(wanted));
  const title = t(plan.type === 'one_to_many' ? 'draft.selectedTargets' : 'draft.selectedSources');
  // The server's list of a draft has no names (API-GAPS, G5).
  const named = plan.rows.some((row) => row.name !== '');
  const remove = (gone: Row[]) => {
    const before = plan.rows;
    const ids = new Set(gone.map((row) => row.id));
    store.change({ rows: before.filter((row) => !ids.has(row.id)) });
    if (gone.length > 1) {
      void message.info({
        duration: 10,
        content: <span>{t('draft.removed', { count: gone.length })} <button type="button" className="link" onClick={() => store.change({ rows: before })}>{t('draft.undo')}</button></span>,
      });
    }
  };
  const removeButton = (row: Row, active: boolean) => (
    <button type="button" className="link" tabIndex={active ? 0 : -1} aria-label={t('draft.remove', { account: row.number })} onClick={() => remove([row])}>✕</button>
  );
  return (
    <section className="pane" aria-label={title}>
      <h2>{title} <span className="num" aria-live="polite">{plan.rows.length}</span></h2>
      <div className="row apart">
        <SearchBox label={t('draft.searchSelected')} value={text} onChange={setText} />
        <Button disabled={found.length === 0} onClick={() => remove(found)}>{t(wanted === '' ? 'draft.removeAll' : 'draft.removeFound', { count: found.length })}</Button>
      </div>
      <BigList<Row> label={title} rows={asRows(found)} cardHeight={64} height="max(280px, 100vh - 500px)"
        columns={[
          { key: 'number', title: t('draft.number'), width: 'minmax(0, 1fr)', cell: (row) => row.number },
          ...(named ? [{ key: 'holder', title: t('draft.holder'), width: 'minmax(0, 1.2fr)', cell: (row: Row) => <bdi>{row.name}</bdi> }] : []),
          { key: 'remove', title: '', width: '40px', cell: removeButton },
        ]}
        card={(row, active) => <div className="row apart"><span>{row.number} <bdi className="soft">{row.name}</bdi></span>{removeButton(row, active)}</div>}
        empty={<Empty text={t(plan.rows.length === 0 ? 'draft.noneSelected' : 'ui.noMatch')} />} />
    </section>
  );
}

export function asRows<T>(all: T[]): Rows<T> {
  return { count: all.length, row: (index) => all[index], show: () => undefined };
}
