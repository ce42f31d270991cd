import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { fromDecimal } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import type { Band, Level } from './band';

/** Logins of people by id, for those who may list them; of others the id itself is said. */
export function usePeople() {
  const may = useCan()('listUsers');
  const { data } = useQuery({
    queryKey: keys.user('first'),
    queryFn: async () => (await answer(api.GET('/api/v1/users', { params: { query: { pageSize: 200 } } }))).data,
    enabled: may,
  });
  return data ?? [];
}

/** Bands and levels as sentences. */
export function useBandWords() {
  const { t } = useTranslation();
  const money = useMoneyText();
  const people = usePeople();
  const levelText = ({ count, roles = [], users = [] }: Level) => {
    const who = [
      ...roles.map((role) => t(`rules.role.${role}`)),
      ...users.map((id) => people.find((user) => user.id === id)?.login ?? id),
    ];
    return t('rules.level', { count, who: who.length === 0 ? t('rules.anyApprover') : who.join(t('rules.or')) });
  };
  const bandText = (band: Band, currency: string) =>
    t('rules.band', { amount: money(fromDecimal(band.from, currency)), levels: band.levels.map(levelText).join(t('rules.and')) });
  return { levelText, bandText };
}
