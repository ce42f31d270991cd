import { useTranslation } from 'react-i18next';
import { Button } from 'antd';
import { queries } from '../query';
import { switchLanguage, type Language } from '../i18n';

/** Each language is named in itself. What the server says is read again in the new one. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other: Language = i18n.language === 'zh' ? 'en' : 'zh';
  return (
    <Button type="text" lang={other} onClick={() => void switchLanguage(other).then(() => queries.invalidateQueries())}>
      {other === 'zh' ? '中文' : 'English'}
    </Button>
  );
}
