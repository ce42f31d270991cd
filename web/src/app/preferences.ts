import { useSyncExternalStore } from 'react';

// What a person chose for this browser. Nothing of the ledger is kept here.

export interface Preferences {
  theme: 'auto' | 'light' | 'dark';
  language: 'en' | 'zh' | null;
  shortcuts: boolean;
  /** Notices of the desktop; the browser has the last word. */
  desktop: boolean;
}

const DEFAULTS: Preferences = { theme: 'auto', language: null, shortcuts: true, desktop: false };
const listeners = new Set<() => void>();

export function preference<K extends keyof Preferences>(name: K): Preferences[K] {
  const text = localStorage.getItem(`pref:${name}`);
  try {
    return text === null ? DEFAULTS[name] : (JSON.parse(text) as Preferences[K]);
  } catch {
    return DEFAULTS[name];
  }
}

export function prefer<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  localStorage.setItem(`pref:${name}`, JSON.stringify(value));
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export function usePreference<K extends keyof Preferences>(name: K): Preferences[K] {
  return useSyncExternalStore(subscribe, () => preference(name));
}
