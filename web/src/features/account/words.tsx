import { useTranslation } from 'react-i18next';
import { Pill, type Tone } from '@/ui/Pill';

const STATES: Record<string, { tone: Tone; icon: string }> = {
  active: { tone: 'good', icon: '✓' },
  frozen: { tone: 'warn', icon: '❄' },
  closed: { tone: 'grey', icon: '⊘' },
};

export function AccountState({ status }: { status: string }) {
  const { t } = useTranslation();
  const { tone, icon } = STATES[status] ?? { tone: 'grey', icon: '·' };
  return <Pill tone={tone} icon={icon}>{t(`ui.account.${status}`)}</Pill>;
}
