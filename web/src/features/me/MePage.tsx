import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMe } from '@/app/session/session';
import { Page } from '@/ui/Page';
import { Chips } from '@/ui/parts';
import { Appearance } from './Appearance';
import { Factor } from './Factor';
import { PasswordCard } from './PasswordCard';
import { Sessions } from './Sessions';

const TABS = ['factor', 'password', 'sessions', 'appearance'] as const;
type Tab = (typeof TABS)[number];

export function MePage() {
  const { t } = useTranslation();
  const { user } = useMe();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((name) => name === search.get('tab')) ?? 'factor';
  return (
    <Page title={t('app.person.profile')}>
      <dl className="facts left">
        <dt>{t('me.name')}</dt>
        <dd>{user.name}</dd>
        <dt>{t('app.signIn.login')}</dt>
        <dd>{user.login}</dd>
        <dt>{t('me.role')}</dt>
        <dd>{t(`me.roles.${user.role}`)}</dd>
      </dl>
      <Chips<Tab> label={t('app.person.profile')} value={tab} onChange={(next) => setSearch({ tab: next })}
        chips={TABS.map((key) => ({ key, label: t(`me.tabs.${key}`) }))} />
      {tab === 'factor' && <Factor />}
      {tab === 'password' && <PasswordCard />}
      {tab === 'sessions' && <Sessions />}
      {tab === 'appearance' && <Appearance />}
    </Page>
  );
}
