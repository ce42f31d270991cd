import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { Page } from '@/ui/Page';
import type { Section as Known } from './sections';
import './settings.css';

interface Props {
  section: Known['name'];
  /** The heading of a page below the section's own. */
  title?: string;
  mark?: ReactNode;
  actions?: ReactNode;
  updating?: boolean;
  children: ReactNode;
}

/** A page of the settings, with the way back. */
export function Section({ section, title, mark, actions, updating = false, children }: Props) {
  const { t } = useTranslation();
  const name = t(`settings.section.${section}`);
  return (
    <Page title={title ?? name} mark={mark} actions={actions} updating={updating}>
      <div>
        {title === undefined ? <Link to={paths.settings()}>‹ {t('app.menu.settings')}</Link> : <Link to={paths.settings(section)}>‹ {name}</Link>}
      </div>
      {children}
    </Page>
  );
}
