import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { Section } from '../Section';
import { Trail } from '../Trail';
import { ChangePerson } from './ChangePerson';
import { PersonActions } from './PersonActions';
import { FactorState, UserState, type User } from './words';

export function PersonPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const can = useCan();
  const user = useQuery({
    queryKey: keys.user(id),
    queryFn: async () => (await answer(api.GET('/api/v1/users/{id}', { params: { path: { id } } }))).data,
  });
  if (user.data === undefined) {
    return (
      <Section section="people" title={t('people.one')}>
        {user.error === null ? <Loading /> : <ProblemNote error={user.error} onRetry={() => void user.refetch()} />}
      </Section>
    );
  }
  return (
    <Section section="people" title={user.data.login} mark={<UserState status={user.data.status} />}>
      <div className="two">
        <Facts user={user.data} />
        {can('changeUser') && <ChangePerson key={`${user.data.name}:${user.data.role}`} user={user.data} />}
      </div>
      <PersonActions user={user.data} />
      <Trail subject="user" subjectId={id} title={t('people.trail')} />
    </Section>
  );
}

function Facts({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <Card title={t('people.one')}>
      <dl className="facts left">
        <dt>{t('people.name')}</dt><dd><bdi>{user.name}</bdi></dd>
        <dt>{t('people.role')}</dt><dd>{t(`people.roles.${user.role}`)}</dd>
        <dt>{t('people.factor.title')}</dt><dd><FactorState totp={user.totp} /> {user.totpSince != null && <Time at={user.totpSince} style="date" />}</dd>
        <dt>{t('people.password')}</dt><dd>{user.passwordSetAt == null ? '–' : <Time at={user.passwordSetAt} />}</dd>
        <dt>{t('people.added')}</dt><dd>{user.createdBy} · <Time at={user.createdAt} /></dd>
        {user.disabledAt != null && <><dt>{t('people.state.disabled')}</dt><dd><Time at={user.disabledAt} /></dd></>}
      </dl>
    </Card>
  );
}
