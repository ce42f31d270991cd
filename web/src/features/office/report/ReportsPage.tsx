import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { AccountPicker } from '@/ui/AccountPicker';
import { useCurrencies } from '@/ui/currencies';
import { isAskable } from '@/ui/day';
import { Page } from '@/ui/Page';
import { Chips, Field, Loading } from '@/ui/parts';
import { useInfo } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { reportTask, type Asked } from '../export/body';
import { ExportDialog } from '../export/ExportDialog';
import { BatchReport } from './BatchReport';
import { FiguresReport } from './FiguresReport';
import { PERIODS, readRange, type Period } from './period';
import './report.css';

const BY = ['day', 'account', 'currency', 'batch'] as const;
type By = (typeof BY)[number];

function useReport() {
  const { search, set } = useSearch(['by', 'period', 'from', 'to', 'currency', 'account', 'page'] as const);
  const zone = useInfo().data?.timeZone;
  const by: By = BY.find((name) => name === search.by) ?? 'day';
  const { period, range } = readRange(search, zone ?? 'UTC');
  const page = /^[1-9]\d{0,3}$/.test(search.page) ? Number.parseInt(search.page, 10) : 1;
  const asked: Asked = { ...range, groupBy: by === 'account' ? 'account' : by === 'day' ? 'day' : 'none', currency: search.currency, account: search.account };
  return { search, set, zone, by, period, range, page, asked };
}

/** What was sent, in a period of the organisation's calendar. */
export function ReportsPage() {
  const { t, i18n } = useTranslation();
  const view = useReport();
  const { by, zone, range, page, asked, set } = view;
  const [exporting, setExporting] = useState(false);
  const language = i18n.language === 'zh' ? 'zh' : 'en';
  return (
    <Page title={t('app.menu.reports')}
      actions={<span className="row no-print">
        {by !== 'batch' && <Button onClick={() => setExporting(true)}>{t('report.export')}</Button>}
        <Button onClick={() => window.print()}>{t('report.print')}</Button>
      </span>}>
      <div className="no-print"><Filters view={view} /></div>
      <p className="soft" style={{ margin: 0 }}>{t('report.period', { ...range, zone: zone ?? 'UTC' })} {by !== 'batch' && t('report.counted')}</p>
      {zone === undefined ? <Loading lines={8} /> : by === 'batch'
        ? <BatchReport range={range} zone={zone} page={page} onPage={(next) => set({ page: next === 1 ? '' : String(next) })} />
        : <FiguresReport asked={asked} />}
      {exporting && (
        <ExportDialog title={t('report.exportTitle')} hint={t('report.exportFigures', { ...range })}
          body={(format) => reportTask(asked, format, language)} onClose={() => setExporting(false)} />
      )}
    </Page>
  );
}

function Filters({ view }: { view: ReturnType<typeof useReport> }) {
  const { t } = useTranslation();
  const { search, set, by, period, range } = view;
  const currencies = useCurrencies();
  return (
    <div className="stack tight">
      <Chips<By> label={t('report.by.label')} value={by} onChange={(next) => set({ by: next === 'day' ? '' : next, page: '' })}
        chips={BY.map((key) => ({ key, label: t(`report.by.${key}`) }))} />
      <Chips<Period> label={t('report.periods.label')} value={period}
        onChange={(next) => set(next === 'custom' ? { period: '', ...range, page: '' } : { period: next === 'last30' ? '' : next, from: '', to: '', page: '' })}
        chips={PERIODS.map((key) => ({ key, label: t(`report.periods.${key}`) }))} />
      <div className="row">
        {period === 'custom' && (['from', 'to'] as const).map((name) => (
          <Input key={name} type="date" required aria-label={t(`report.${name}`)} defaultValue={search[name]} style={{ width: 150 }}
            // The input keeps a year that is half typed; the report stays with the last whole one.
            onChange={(event) => isAskable(event.target.value) && set({ [name]: event.target.value, page: '' }, true)} />
        ))}
        {by !== 'batch' && (
          <Select aria-label={t('report.column.currency')} placeholder={t('report.column.currency')} allowClear style={{ minWidth: 120 }} value={search.currency === '' ? null : search.currency}
            options={currencies.map(({ code }) => ({ value: code, label: code }))} onChange={(value?: string) => set({ currency: value ?? '' })} />
        )}
      </div>
      {by !== 'batch' && <ByAccount chosen={search.account} onChange={(account) => set({ account })} />}
    </div>
  );
}

/** Only what one account sent. */
function ByAccount({ chosen, onChange }: { chosen: string; onChange: (account: string) => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const account = useQuery({
    queryKey: keys.account(chosen),
    queryFn: async () => (await answer(api.GET('/api/v2/accounts/{id}', { params: { path: { id: chosen } } }))).data,
    enabled: chosen !== '' && can('getAccount'),
  });
  if (!can('listAccounts')) return null;
  return (
    <div className="report-account">
      <Field label={t('report.account')}>
        {(id) => <AccountPicker id={id} value={chosen === '' ? null : (account.data ?? null)} onChange={(next) => onChange(next?.id ?? '')} />}
      </Field>
    </div>
  );
}
