import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { useMe } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { Pill } from '@/ui/Pill';
import { Time } from '@/ui/Time';
import { ConfirmFactor } from './ConfirmFactor';
import { FactorPassword } from './FactorPassword';
import { RecoveryCodes } from './RecoveryCodes';
import { RemoveFactor } from './RemoveFactor';

type Stage =
  | { name: 'rest' }
  | { name: 'password' }
  | { name: 'remove' }
  | { name: 'confirm'; secret: Schemas['TotpSecretView'] }
  | { name: 'codes'; codes: string[] };

/** The second factor: password, QR code, a code to confirm it, and the recovery codes, one after the other. */
export function Factor() {
  const { t } = useTranslation();
  const { factor } = useMe();
  const [stage, setStage] = useState<Stage>({ name: 'rest' });
  const active = factor.totp === 'active';
  const rest = () => {
    setStage({ name: 'rest' });
    void queries.invalidateQueries({ queryKey: keys.me });
  };
  return (
    <Card title={t('me.factor.title')} extra={<Pill tone={active ? 'good' : 'warn'} icon={active ? '✓' : '!'}>{t(active ? 'me.factor.on' : 'me.factor.off')}</Pill>}>
      {stage.name === 'rest' && (
        <div className="stack">
          <p style={{ margin: 0 }}>{t('me.factor.why')}</p>
          {active && factor.since && <p className="soft" style={{ margin: 0 }}>{t('me.factor.since')} <Time at={factor.since} /> · {t('me.factor.left', { count: factor.recoveryCodes })}</p>}
          {factor.approvesFrom && <div className="note warn">{t('me.factor.approvesFrom')} <Time at={factor.approvesFrom} /></div>}
          <div className="row">
            <Button type={active ? 'default' : 'primary'} onClick={() => setStage({ name: 'password' })}>{t(active ? 'me.factor.replace' : 'me.factor.start')}</Button>
            {active && <Button danger onClick={() => setStage({ name: 'remove' })}>{t('me.factor.remove')}</Button>}
          </div>
        </div>
      )}
      {stage.name === 'password' && <FactorPassword needsCode={active} onCancel={rest} onSecret={(secret) => setStage({ name: 'confirm', secret })} />}
      {stage.name === 'remove' && <RemoveFactor onClose={rest} />}
      {stage.name === 'confirm' && <ConfirmFactor secret={stage.secret} onCancel={rest} onCodes={(codes) => setStage({ name: 'codes', codes })} />}
      {stage.name === 'codes' && <RecoveryCodes codes={stage.codes} onDone={rest} />}
    </Card>
  );
}
