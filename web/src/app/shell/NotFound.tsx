import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page } from '@/ui/Page';
import { paths } from '../paths';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('app.notFound')}>
      <div className="stack tight">
        <span className="soft">{t('app.notFoundText')}</span>
        <Link to={paths.home()}>{t('app.menu.home')}</Link>
      </div>
    </Page>
  );
}
