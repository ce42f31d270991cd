import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCurrencies } from '@/ui/currencies';
import { useMoneyText } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { balanceOf } from './balances';

const PAGE = 200;

/** The server has no totals of balances (API-GAPS, G11): where one page has all accounts of a currency they are added up, exactly. */
export function Balances() {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const found = useQueries({
    queries: useCurrencies().map(({ code, scale }) => ({
      queryKey: keys.balances(code),
      queryFn: async () => balanceOf(await answer(api.GET('/api/v2/accounts', { params: { query: { currency: code, pageSize: PAGE, page: 1 } } })), code, scale),
      staleTime: 60_000,
    })),
  });
  const rows = found.flatMap((query) => (query.data !== undefined && query.data.count > 0 ? [query.data] : []));
  const failed = found.find((query) => query.error !== null);
  if (rows.length === 0 && failed === undefined) return null;
  return (
    <Card title={t('home.balances')}>
      {failed?.error != null && <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />}
      <ul className="home-list">
        {rows.map(({ currency, count, isLeast, total }) => (
          <li key={currency} className="row apart">
            <Link to={paths.accounts({ currency })}>
              {currency} · {t(isLeast ? 'home.accountsAtLeast' : 'home.accounts', { count, shown: count.toLocaleString(i18n.language) })}
            </Link>
            {total === null ? <span className="soft">{t('home.noTotal', { count: PAGE })}</span> : <span className="num strong">{text(total)}</span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
