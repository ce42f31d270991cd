import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import { ChainState } from '@/app/chain/Chain';
import { keys } from '@/app/query';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, useAppended } from '@/ui/big-list/use-pages';
import { isAskable } from '@/ui/day';
import { Card, Page } from '@/ui/Page';
import { Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { auditTask, canExportAudit } from '../export/body';
import { ExportDialog } from '../export/ExportDialog';
import './audit.css';
import { EntryPanel, Result, Subject, type Entry } from './Entry';
import { Verify } from './Verify';

const TEXTS = ['actor', 'action', 'subject', 'subjectId', 'result'] as const;
const DAYS = ['from', 'to'] as const;

function useAudit() {
  const { search, set, clear } = useSearch([...TEXTS, ...DAYS, 'entry'] as const);
  const filter = {
    ...Object.fromEntries(TEXTS.filter((name) => search[name] !== '').map((name) => [name, search[name]])),
    ...Object.fromEntries(DAYS.filter((name) => isAskable(search[name])).map((name) => [name, search[name]])),
  };
  const list = useAppended<Entry>({
    queryKey: keys.audit(filter),
    fetchNext: async (cursor, signal) => {
      const query = { ...filter, pageSize: PAGE_ROWS, ...(cursor !== undefined && { cursor }) };
      const page = await answer(api.GET('/api/v2/audit', { params: { query }, signal }));
      // Text is the answer to a request for JSON lines alone.
      if (typeof page === 'string') throw new Problem({ code: 'ANSWER_UNCLEAR', message: '' });
      return { data: page.data, next: page.pagination.nextCursor ?? null };
    },
  });
  return { search, set, clear, filter, filtered: Object.keys(filter).length > 0, ...list };
}

/** Who did what, newest first. Nothing in it can be changed from here. */
export function AuditPage() {
  const { t, i18n } = useTranslation();
  const view = useAudit();
  const { search, set, clear, filtered, rows, query, all } = view;
  const columns = useColumns();
  const [exporting, setExporting] = useState(false);
  const days = { from: isAskable(search.from) ? search.from : '', to: isAskable(search.to) ? search.to : '' };
  return (
    <Page title={t('app.menu.audit')} updating={query.isFetching && !query.isPending} actions={<Button disabled={!canExportAudit(search)} onClick={() => setExporting(true)}>{t('audit.export')}</Button>}>
      <Card title={t('audit.chain.title')} extra={<Verify />}><ChainState /></Card>
      <Filters view={view} />
      {!canExportAudit(search) && <p className="soft small" style={{ margin: 0 }}>{t('audit.idForExport')}</p>}
      {query.isPending && <Loading lines={8} />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && all.length === 0 && query.hasNextPage && (
        // The server searches for one second at a time.
        <div className="note run"><p>{t('audit.searched')}</p><div><Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('audit.searchOn')}</Button></div></div>
      )}
      {query.data !== undefined && (all.length > 0 || !query.hasNextPage) && (
        <BigList<Entry> label={t('app.menu.audit')} rows={rows} columns={columns} onOpen={(entry) => set({ entry: entry.id })} card={(entry) => <EntryCard entry={entry} />}
          empty={filtered ? <NoMatch onClear={clear} /> : <Empty text={t('audit.none')} />} />
      )}
      <EntryPanel entry={search.entry === '' ? undefined : all.find((entry) => entry.id === search.entry)} onClose={() => set({ entry: '' })} />
      {exporting && (
        <ExportDialog title={t('audit.exportTitle')} hint={t(search.result === '' ? 'audit.exportHint' : 'audit.exportHintResult')}
          body={(format) => auditTask({ ...search, ...days }, format, i18n.language === 'zh' ? 'zh' : 'en')} onClose={() => setExporting(false)} />
      )}
    </Page>
  );
}

function Filters({ view: { search, set, clear, filtered } }: { view: ReturnType<typeof useAudit> }) {
  const { t } = useTranslation();
  return (
    <div className="row audit-filters">
      {TEXTS.map((name) => <SearchBox key={name} label={t(`audit.filter.${name}`)} value={search[name]} onChange={(text) => set({ [name]: text, entry: '' }, true)} />)}
      {DAYS.map((name) => (
        <Input key={name} type="date" aria-label={t(`audit.filter.${name}`)} value={search[name]} style={{ width: 150 }} onChange={(event) => set({ [name]: event.target.value, entry: '' }, true)} />
      ))}
      {filtered && <button type="button" className="link" onClick={clear}>{t('ui.clearFilters')}</button>}
    </div>
  );
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation();
  return [
    { key: 'at', title: t('audit.at'), width: '170px', cell: (entry) => <Time at={entry.at} /> },
    { key: 'actor', title: t('audit.actor'), width: 'minmax(0, 1.2fr)', cell: (entry) => <bdi>{entry.actor}</bdi> },
    { key: 'action', title: t('audit.action'), width: 'minmax(0, 1.4fr)', cell: (entry) => entry.action },
    { key: 'subject', title: t('audit.subject'), width: 'minmax(0, 1fr)', cell: (entry) => <Subject entry={entry} /> },
    { key: 'result', title: t('audit.result'), width: 'minmax(0, 1.4fr)', cell: (entry) => <Result result={entry.result} /> },
    { key: 'origin', title: t('audit.origin'), width: 'minmax(0, 1fr)', cell: (entry) => <bdi>{entry.origin}</bdi> },
  ];
}

function EntryCard({ entry }: { entry: Entry }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}><span className="clip strong">{entry.action}</span><Result result={entry.result} /></div>
      <div className="row apart soft" style={{ flexWrap: 'nowrap' }}><bdi className="clip">{entry.actor}</bdi><Time at={entry.at} /></div>
    </>
  );
}
