import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '@/api/operations';
import { Page } from '@/ui/Page';
import { useCan } from '../session/session';

/** A page that the person may not use, said inside the frame. */
export function NoRight({ operation, children }: { operation: Operation; children: ReactNode }) {
  const { t } = useTranslation();
  const can = useCan();
  if (can(operation)) return <>{children}</>;
  return (
    <Page title={t('app.noRight.title')}>
      <div className="note warn">{t('app.noRight.text', { operation })}</div>
    </Page>
  );
}
