import { Checkbox, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { switchLanguage, type Language } from '@/app/i18n';
import { useDesktop, wantDesktop } from '@/app/live/desktop';
import { prefer, usePreference } from '@/app/preferences';
import { queries } from '@/app/query';
import { Card } from '@/ui/Page';

export function Appearance() {
  const { t, i18n } = useTranslation();
  const theme = usePreference('theme');
  const shortcuts = usePreference('shortcuts');
  const desktop = useDesktop();
  return (
    <Card title={t('me.tabs.appearance')}>
      <div className="form">
        <div className="field">
          <span className="label" id="me-language">{t('me.appearance.language')}</span>
          <Radio.Group aria-labelledby="me-language" value={i18n.language} options={[{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }]}
            onChange={(event) => void switchLanguage(event.target.value as Language).then(() => queries.invalidateQueries())} />
        </div>
        <div className="field">
          <span className="label" id="me-theme">{t('me.appearance.theme')}</span>
          <Radio.Group aria-labelledby="me-theme" value={theme} options={(['auto', 'light', 'dark'] as const).map((value) => ({ value, label: t(`app.theme.${value}`) }))}
            onChange={(event) => prefer('theme', event.target.value as typeof theme)} />
        </div>
        <Checkbox checked={shortcuts} onChange={(event) => prefer('shortcuts', event.target.checked)}>{t('me.appearance.shortcuts')}</Checkbox>
        {desktop !== 'missing' && (
          <div className="field">
            <Checkbox checked={desktop === 'on'} disabled={desktop === 'blocked'} onChange={(event) => void wantDesktop(event.target.checked)}>{t('me.appearance.desktop')}</Checkbox>
            {desktop === 'blocked' && <span className="soft small">{t('me.appearance.blocked')}</span>}
          </div>
        )}
      </div>
    </Card>
  );
}
