import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { useAppended } from '@/ui/big-list/use-pages';
import { Money } from '@/ui/money/Money';
import { Page } from '@/ui/Page';
import { Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';

export type Template = Schemas['BatchTemplateView'];

/** Saved templates of batches. New ones are saved from the page of a batch. */
export function TemplatesPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { search, set, clear, filtered } = useSearch(['q'] as const);
  const { rows, query } = useAppended<Template>({
    queryKey: keys.templates({ q: search.q }),
    fetchNext: async (cursor, signal) => {
      const filter = { pageSize: 100, ...(search.q !== '' && { text: search.q }), ...(cursor !== undefined && { cursor }) };
      const { data, pagination } = await answer(api.GET('/api/batch-transfer-templates', { params: { query: filter }, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  const columns = useColumns();
  return (
    <Page title={t('app.menu.templates')} updating={query.isFetching && !query.isPending}>
      <SearchBox label={t('templates.search')} value={search.q} onChange={(q) => set({ q }, true)} />
      {query.isPending && <Loading lines={6} />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<Template> label={t('app.menu.templates')} rows={rows} columns={columns} onOpen={(template) => void go(paths.template(template.id))}
          card={(template) => (
            <>
              <div className="row apart" style={{ flexWrap: 'nowrap' }}><bdi className="clip strong">{template.name}</bdi><Money value={template.totalAmount} currency={template.currency} /></div>
              <div className="clip soft">{t(`batch.type.${template.type}`)} · {t('draft.rows', { count: template.relationCount })}</div>
            </>
          )}
          empty={filtered ? <NoMatch onClear={clear} /> : <Empty text={t('templates.none')} />} />
      )}
    </Page>
  );
}

function useColumns(): Column<Template>[] {
  const { t, i18n } = useTranslation();
  return [
    { key: 'name', title: t('templates.name'), width: 'minmax(0, 2fr)', cell: (template) => <bdi>{template.name}</bdi> },
    { key: 'type', title: t('templates.type'), width: '130px', cell: (template) => t(`batch.type.${template.type}`) },
    { key: 'account', title: t('templates.account'), width: 'minmax(0, 1fr)', cell: (template) => template.account ?? '–' },
    { key: 'rows', title: t('templates.rows'), width: '90px', right: true, cell: (template) => template.relationCount.toLocaleString(i18n.language) },
    { key: 'total', title: t('draft.total'), width: 'minmax(0, 1.2fr)', right: true, cell: (template) => <Money value={template.totalAmount} currency={template.currency} /> },
    { key: 'by', title: t('templates.by'), width: 'minmax(0, 0.8fr)', cell: (template) => <bdi>{template.createdBy}</bdi> },
    { key: 'changed', title: t('templates.changed'), width: '160px', cell: (template) => <Time at={template.updatedAt} /> },
  ];
}
