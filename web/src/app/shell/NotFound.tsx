import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page } from '@/ui/Page';
import { paths } from '../paths';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('app.notFound')}>
      <p className="soft">{t('app.notFoundText')} <Link to={paths.home()}>{t('app.menu.home')}</Link></p>
    </Page>
  );
}
