import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { SignInForm } from './SignInForm';
import { resumeSession, useMe, useSessionEnded } from './session';

/** Signs in again over the page that was open; nothing on it is lost. */
export function SessionEnded() {
  const { t } = useTranslation();
  const { user } = useMe();
  const ended = useSessionEnded();
  return (
    <Modal open={ended} title={t('app.session.ended')} closable={false} maskClosable={false} keyboard={false} footer={null} zIndex={2000} destroyOnHidden>
      <p>{t('app.session.kept')}</p>
      <SignInForm login={user.login} onSignedIn={resumeSession} />
    </Modal>
  );
}
