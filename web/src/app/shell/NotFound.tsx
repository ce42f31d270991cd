import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page } from '@/ui/Page';
import { paths } from '../paths';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('app.notFound')}>
      <p><Link to={paths.home()}>{t('app.menu.home')}</Link></p>
    </Page>
  );
}
