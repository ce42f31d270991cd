import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Pill, type Tone } from '@/ui/Pill';

export type User = Schemas['UserShownView'];
export type Role = Schemas['RoleName'];

export const ROLES: readonly Role[] = ['operator', 'finance', 'admin', 'auditor'];

const STATES: Record<Schemas['UserStatus'], { tone: Tone; icon: string }> = {
  invited: { tone: 'run', icon: '✉' },
  active: { tone: 'good', icon: '✓' },
  disabled: { tone: 'grey', icon: '⊘' },
};

export function UserState({ status }: { status: Schemas['UserStatus'] }) {
  const { t } = useTranslation();
  return <Pill tone={STATES[status].tone} icon={STATES[status].icon}>{t(`people.state.${status}`)}</Pill>;
}

export function FactorState({ totp }: { totp: User['totp'] }) {
  const { t } = useTranslation();
  const isOn = totp === 'active';
  return <Pill tone={isOn ? 'good' : 'warn'} icon={isOn ? '✓' : '!'}>{t(isOn ? 'people.factor.on' : 'people.factor.off')}</Pill>;
}
