import { App, Button, Checkbox } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import { keys } from '@/app/query';
import type { Account } from '@/ui/AccountPicker';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { Cents } from '@/ui/money/Money';
import { Empty } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { useSearch } from '@/ui/use-search';
import { GroupFilter } from './GroupFilter';
import { accountId, rowOf, unfit, type Plan } from './plan';
import type { DraftStore } from './store';

async function readPage(text: string, group: string, currency: string, page: number, signal?: AbortSignal) {
  const query = { page, pageSize: PAGE_ROWS, sort: 'number' as const, currency, ...(text !== '' && { text }), ...(group !== '' && { group }) };
  const { data, pagination } = await answer(api.GET('/api/v2/accounts', { params: { query }, ...(signal !== undefined && { signal }) }));
  return { data, total: pagination.total ?? data.length };
}

/** What can be chosen, found by the server: it never loads more than is on screen. */
export function Available({ plan, store }: { plan: Plan; store: DraftStore }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const { search, set } = useSearch(['group'] as const);
  const { group } = search;
  const currency = plan.single?.currency ?? '';
  const chosen = new Set(plan.rows.map((row) => row.id));
  const last = useRef<number | null>(null);
  const { rows, total, first } = usePages<Account>({
    queryKey: keys.accounts({ text, group, currency, draft: 1 }),
    fetchPage: (page, signal) => readPage(text, group, currency, page, signal),
  });
  const toggle = (account: Account, index: number, range: boolean) => {
    if (unfit(account, plan) !== null) return;
    const id = accountId(account);
    if (range && last.current !== null) {
      store.change({ rows: [...plan.rows, ...between(rows.row, last.current, index, plan, chosen)] });
    } else {
      store.change({ rows: chosen.has(id) ? plan.rows.filter((row) => row.id !== id) : [...plan.rows, rowOf(account)] });
    }
    last.current = index < 0 ? null : index;
  };
  const columns = useColumnsOf(plan, chosen, toggle);
  const title = t(plan.type === 'one_to_many' ? 'draft.availableTargets' : 'draft.availableSources');
  return (
    <section className="pane" aria-label={title}>
      <h2>{title}</h2>
      <div className="row apart">
        <SearchBox label={t('draft.search')} value={text} onChange={setText} />
        <GroupFilter value={group} onChange={(next) => set({ group: next }, true)} />
        <AddAll text={text} group={group} total={total} plan={plan} store={store} />
      </div>
      {first.error !== null && <ProblemNote error={first.error} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && (
        <BigList<Account> label={title} rows={rows} columns={columns} cardHeight={64} height="max(280px, 100vh - 500px)"
          selected={(account) => chosen.has(accountId(account))} onToggle={toggle} card={(account) => <AccountCard account={account} plan={plan} picked={chosen.has(accountId(account))} />}
          empty={<Empty text={t('ui.noMatch')} />} />
      )}
    </section>
  );
}

/** The rows between two ticks, as far as they are loaded and can be chosen. */
function between(row: (index: number) => Account | undefined, a: number, b: number, plan: Plan, chosen: Set<number>) {
  const found = [];
  for (let index = Math.min(a, b); index <= Math.max(a, b); index += 1) {
    const account = row(index);
    if (account !== undefined && unfit(account, plan) === null && !chosen.has(accountId(account))) found.push(rowOf(account));
  }
  return found;
}

/** The bulk add of the server is not used yet (API-GAPS, G3): the matching accounts are read page by page. */
function AddAll({ text, group, total, plan, store }: { text: string; group: string; total: number; plan: Plan; store: DraftStore }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    try {
      const before = plan.rows;
      const known = new Set(before.map((row) => row.id));
      const found: Account[] = [];
      for (let page = 1; (page - 1) * PAGE_ROWS < total; page += 1) found.push(...(await readPage(text, group, plan.single?.currency ?? '', page)).data);
      const fit = found.filter((account) => unfit(account, plan) === null && !known.has(accountId(account)));
      store.change({ rows: [...before, ...fit.map(rowOf)] });
      const left = found.filter((account) => unfit(account, plan) !== null).length;
      void message.info({
        duration: 10,
        content: (
          <span>
            {t('draft.added', { count: fit.length })} {left > 0 && t('draft.leftOut', { count: left })}{' '}
            <button type="button" className="link" onClick={() => store.change({ rows: before })}>{t('draft.undo')}</button>
          </span>
        ),
      });
    } catch (cause) {
      void message.error(cause instanceof Problem && cause.message !== '' ? cause.message : t('ui.problem.lost'));
    } finally {
      setBusy(false);
    }
  };
  return <Button loading={busy} disabled={total === 0} onClick={() => void add()}>{t('draft.addAll', { count: total, shown: total.toLocaleString(i18n.language) })}</Button>;
}

function useColumnsOf(plan: Plan, chosen: Set<number>, toggle: (account: Account, index: number, range: boolean) => void): Column<Account>[] {
  const { t } = useTranslation();
  return [
    { key: 'tick', title: '✓', width: '44px', cell: (account, active) => (
      <Checkbox checked={chosen.has(accountId(account))} disabled={unfit(account, plan) !== null} tabIndex={active ? 0 : -1} aria-label={account.number} onChange={() => toggle(account, -1, false)} />
    ) },
    { key: 'number', title: t('draft.number'), width: 'minmax(0, 1.2fr)', cell: (account) => account.number },
    { key: 'holder', title: t('draft.holder'), width: 'minmax(0, 1.4fr)', cell: (account) => <bdi>{account.holder?.name}</bdi> },
    { key: 'uid', title: 'UID', width: 'minmax(0, 0.8fr)', cell: (account) => account.holder?.uid },
    { key: 'balance', title: t('draft.balance'), width: 'minmax(0, 1.2fr)', right: true, cell: (account) => <Why account={account} plan={plan} /> },
  ];
}

/** The balance; for an account that cannot be chosen, the reason in its place. */
function Why({ account, plan }: { account: Account; plan: Plan }) {
  const { t } = useTranslation();
  const why = unfit(account, plan);
  return why === null ? <Cents cents={account.availableCents} scale={account.scale} currency={account.currency} bare /> : <span className="soft">{t(`draft.unfit.${why}`)}</span>;
}

function AccountCard({ account, plan, picked }: { account: Account; plan: Plan; picked: boolean }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="clip"><span aria-hidden="true">{picked ? '☑' : '☐'}</span> {account.number}</span>
        <Why account={account} plan={plan} />
      </div>
      <bdi className="clip soft">{account.holder?.name}</bdi>
    </>
  );
}
