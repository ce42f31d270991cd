import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { paths, safeNext } from '@/app/paths';
import { beginSession } from '@/app/session/session';
import { SignInForm } from '@/app/session/SignInForm';
import { useInfo } from '@/ui/Time';
import { Gate } from './Gate';

export function SignInPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const go = useNavigate();
  const info = useInfo();
  if (info.data?.setUpNeeded) {
    return <Navigate to={paths.setUp()} replace />;
  }
  return (
    <Gate title={t('app.signIn.title')}>
      <SignInForm
        onSignedIn={(me) => {
          beginSession(me);
          void go(safeNext(search.get('next')), { replace: true });
        }}
      />
      <p className="soft small">{t('sign-in.invited')}</p>
    </Gate>
  );
}
