import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { speak } from '@/api/client';
import { prefer, preference } from '../preferences';

export type Language = 'en' | 'zh';

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./en'),
  zh: () => import('./zh'),
};

/** The language chosen here before, otherwise the browser's. */
function firstLanguage(): Language {
  return preference('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'none',
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    resources: {},
  });
  await loadLanguage(firstLanguage());
}

async function loadLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const texts = await TEXTS[language]();
    i18next.addResourceBundle(language, 'translation', texts.default);
  }
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  speak(language);
  await i18next.changeLanguage(language);
}

export async function switchLanguage(language: Language): Promise<void> {
  prefer('language', language);
  await loadLanguage(language);
}
