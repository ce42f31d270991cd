import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { useScale } from '@/ui/currencies';
import { Cents } from '@/ui/money/Money';

type Figures = Schemas['StatisticsFiguresView'];
type Group = Schemas['StatisticsGroupView'];

const COLUMNS = ['sent', 'fees', 'count', 'paid', 'failed'] as const;

interface Props {
  label: string;
  /** The heading of the first column; null if there is no group but the currency. */
  first: string | null;
  groups: Group[];
  totals: Figures[];
}

/** The figures of a report: a plain table, so that all of it is printed. The last lines are the server's totals. */
export function FiguresTable({ label, first, groups, totals }: Props) {
  const { t } = useTranslation();
  return (
    <div className="report-table" role="region" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {first !== null && <th scope="col">{first}</th>}
            <th scope="col">{t('report.column.currency')}</th>
            {COLUMNS.map((name) => <th key={name} scope="col" className="right">{t(`report.column.${name}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Line key={`${group.date ?? group.accountId ?? ''}-${group.currency}`} of={group} name={first === null ? null : <Name group={group} />} />
          ))}
        </tbody>
        <tfoot>{totals.map((of) => <Line key={of.currency} of={of} name={first === null ? null : t('report.total')} />)}</tfoot>
      </table>
    </div>
  );
}

function Name({ group }: { group: Group }) {
  if (group.accountId == null) return <>{group.date}</>;
  return <Link to={paths.account(group.accountId)}>{group.accountNumber}</Link>;
}

function Line({ of, name }: { of: Figures; name: React.ReactNode }) {
  const { i18n } = useTranslation();
  const scale = useScale()(of.currency);
  const number = (count: number) => count.toLocaleString(i18n.language);
  return (
    <tr>
      {name !== null && <th scope="row">{name}</th>}
      <td>{of.currency}</td>
      <td className="right strong"><Cents cents={of.amountCents} scale={scale} currency={of.currency} bare /></td>
      <td className="right"><Cents cents={of.feeCents} scale={scale} currency={of.currency} bare /></td>
      <td className="right num">{number(of.count)}</td>
      <td className="right num">{number(of.successCount)}</td>
      <td className={of.failedCount > 0 ? 'right num bad' : 'right num'}>{number(of.failedCount)}</td>
    </tr>
  );
}
