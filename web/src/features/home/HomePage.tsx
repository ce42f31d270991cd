import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChainState } from '@/app/chain/Chain';
import { paths } from '@/app/paths';
import { useCan, useMe } from '@/app/session/session';
import { hourIn } from '@/ui/day';
import { Card, Page } from '@/ui/Page';
import { useInfo } from '@/ui/Time';
import { Balances } from './Balances';
import { Figures } from './Figures';
import { FirstSteps } from './FirstSteps';
import { InProgress } from './InProgress';
import { ToDo } from './ToDo';
import './home.css';

/** Each card reads its own part and fails alone. */
export function HomePage() {
  const { t } = useTranslation();
  const { user } = useMe();
  const can = useCan();
  const zone = useInfo().data?.timeZone;
  const hour = zone === undefined ? null : hourIn(zone);
  const greeting = hour === null ? 'hello' : hour < 5 || hour >= 18 ? 'evening' : hour < 12 ? 'morning' : 'afternoon';
  return (
    <Page title={t(`home.greeting.${greeting}`, { name: user.name })} windowTitle={t('app.menu.home')}
      actions={<>
        {can('createAccountTransfer') && <Link to={paths.transfer()}><Button>{t('home.newTransfer')}</Button></Link>}
        {can('createBatchTransfer') && <Link to={paths.newBatch()}><Button type="primary">{t('home.newBatch')}</Button></Link>}
      </>}>
      <FirstSteps />
      <ToDo />
      <InProgress />
      {can('listAudit') && <Card title={t('audit.chain.title')} extra={<Link to={paths.audit()}>{t('app.menu.audit')}</Link>}><ChainState /></Card>}
      {can('getStatistics') && <Figures />}
      {can('listAccounts') && <Balances />}
    </Page>
  );
}
