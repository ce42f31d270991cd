import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { speak } from '@/api/client';
import { prefer, preference } from '../preferences';

export type Language = 'en' | 'zh';

type Load = () => Promise<{ default: object }>;

const TEXTS: Record<Language, { first: Load; pages: Load }> = {
  en: { first: () => import('./en'), pages: () => import('./pages-en') },
  zh: { first: () => import('./zh'), pages: () => import('./pages-zh') },
};

/** Those of the pages are not loaded before somebody signs in. */
let needed: (keyof (typeof TEXTS)['en'])[] = ['first'];
const loaded = new Set<Load>();

async function loadTexts(language: Language): Promise<void> {
  const missing = needed.map((part) => TEXTS[language][part]).filter((load) => !loaded.has(load));
  await Promise.all(
    missing.map(async (load) => {
      i18next.addResourceBundle(language, 'translation', (await load()).default, true);
      loaded.add(load);
    }),
  );
}

/** Called with the first page behind the sign-in, which may be before the language is known. */
export async function loadPageTexts(): Promise<void> {
  needed = ['first', 'pages'];
  await startLanguage();
  await loadTexts(i18next.language as Language);
}

/** The language chosen here before, otherwise the browser's. */
function firstLanguage(): Language {
  return preference('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
}

let started: Promise<void> | undefined;

export function startLanguage(): Promise<void> {
  started ??= start();
  return started;
}

async function start(): Promise<void> {
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
  await loadTexts(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  speak(language);
  await i18next.changeLanguage(language);
}

export async function switchLanguage(language: Language): Promise<void> {
  prefer('language', language);
  await loadLanguage(language);
}
