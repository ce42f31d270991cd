import { theme as antd, type ThemeConfig } from 'antd';
import { useEffect, useSyncExternalStore } from 'react';
import { usePreference } from './preferences';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

function follow(query: MediaQueryList): (listener: () => void) => () => void {
  return (listener) => {
    query.addEventListener('change', listener);
    return () => query.removeEventListener('change', listener);
  };
}
const followDark = follow(dark);

export function useDark(): boolean {
  const chosen = usePreference('theme');
  const system = useSyncExternalStore(followDark, () => dark.matches);
  const isDark = chosen === 'dark' || (chosen === 'auto' && system);
  useEffect(() => {
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  }, [isDark]);
  return isDark;
}

const SHARED = { borderRadius: 4, fontSize: 14, controlHeight: 32, fontFamily: 'inherit' };

/** antd's own colours miss WCAG AA in several places; these were checked by axe on every page. */
const LIGHT: ThemeConfig = {
  token: {
    ...SHARED,
    colorPrimary: '#0958d9',
    // Under the pointer too: antd's own is lighter, and misses AA as text and behind white.
    colorPrimaryHover: '#0a4fc4',
    colorError: '#b42318',
    colorWarning: '#8a4600',
    colorTextSecondary: 'rgba(0,0,0,0.65)',
    colorTextDescription: 'rgba(0,0,0,0.65)',
    colorTextTertiary: 'rgba(0,0,0,0.6)',
    colorTextPlaceholder: 'rgba(0,0,0,0.6)',
    colorLink: '#0958d9',
  },
};

const DARK: ThemeConfig = {
  algorithm: antd.darkAlgorithm,
  token: {
    ...SHARED,
    colorPrimary: '#2563eb',
    colorError: '#ff8a80',
    colorTextSecondary: 'rgba(255,255,255,0.68)',
    colorTextDescription: 'rgba(255,255,255,0.68)',
    colorTextTertiary: 'rgba(255,255,255,0.62)',
    colorTextPlaceholder: 'rgba(255,255,255,0.6)',
    colorLink: '#8ab4ff',
  },
  components: {
    Button: { dangerColor: '#2a0505', defaultHoverColor: '#8ab4ff', defaultActiveColor: '#8ab4ff' },
    Tabs: { itemSelectedColor: '#8ab4ff', inkBarColor: '#8ab4ff' },
  },
};

export function themeFor(isDark: boolean): ThemeConfig {
  const theme = isDark ? DARK : LIGHT;
  return { ...theme, token: { ...theme.token, motion: !calm.matches } };
}
