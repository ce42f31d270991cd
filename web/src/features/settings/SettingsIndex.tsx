import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/session';
import { Page } from '@/ui/Page';
import { SECTIONS } from './sections';
import './settings.css';

/** What can be set, as far as the person may see it. */
export function SettingsIndex() {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <Page title={t('app.menu.settings')}>
      <ul className="settings-index">
        {SECTIONS.filter(({ needs }) => can(needs)).map(({ name }) => (
          <li key={name} className="card">
            <Link to={paths.settings(name)}>
              <span className="strong">{t(`settings.section.${name}`)}</span>
              <span className="soft small">{t(`settings.about.${name}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
