import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { useTimeText } from '@/ui/Time';
import { SecretDialog } from '../SecretDialog';

/** The one-time link for setting a password. The token stands behind `#`, where no server and no log sees it. */
export function InvitationLink({ title, invited, onDone }: { title: string; invited: Schemas['UserInvitedView']; onDone: () => void }) {
  const { t } = useTranslation();
  const time = useTimeText();
  const token = invited.invitationToken ?? null;
  return (
    <SecretDialog title={title} secret={token === null ? null : `${window.location.origin}${paths.invitation()}#${token}`}
      text={t('people.link', { name: invited.user.name, time: time(invited.expiresAt) })} saved={t('people.linkSaved')} onDone={onDone} />
  );
}
