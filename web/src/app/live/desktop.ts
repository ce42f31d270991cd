import { useEffect, useRef, useSyncExternalStore } from 'react';
import { prefer, preference, usePreference } from '../preferences';

// A notice of the desktop when something that was watched has ended. It names no amount and no account: it may be seen by
// anybody who passes. The title is the name of the batch, which whoever made it chose.

export type Desktop = 'off' | 'on' | 'blocked' | 'missing';

/** Whether the browser can show notices, and whether the person wants them. */
export function desktopState(wanted: boolean, permission: NotificationPermission | undefined): Desktop {
  if (permission === undefined) return 'missing';
  if (permission === 'denied') return 'blocked';
  return wanted && permission === 'granted' ? 'on' : 'off';
}

function permissionNow(): NotificationPermission | undefined {
  return 'Notification' in window ? Notification.permission : undefined;
}

const asked = new Set<() => void>();

function onAnswer(listener: () => void): () => void {
  asked.add(listener);
  return () => asked.delete(listener);
}

export function useDesktop(): Desktop {
  return desktopState(usePreference('desktop'), useSyncExternalStore(onAnswer, permissionNow));
}

/** Only ever called by a click: a page that asks when it is loaded is refused by people and by browsers. */
export async function wantDesktop(wanted: boolean): Promise<void> {
  const granted = wanted && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
  prefer('desktop', granted);
  // A refusal changes no preference.
  asked.forEach((listener) => listener());
}

/** Shows a notice, unless the browser refuses: Chrome for Android has the type and the permission, but throws. */
export function showNotice(title: string, text: string): void {
  try {
    const notice = new Notification(title, { body: text, tag: title });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch {
    // The page shows the end itself.
  }
}

/** Tells once when what ran while this page was open has ended, if the person looks elsewhere. */
export function useTellEnd(running: boolean, title: string, text: string): void {
  const ran = useRef(false);
  useEffect(() => {
    const ended = ran.current && !running;
    ran.current = running;
    if (!ended || !document.hidden || desktopState(preference('desktop'), permissionNow()) !== 'on') return;
    showNotice(title, text);
  }, [running, title, text]);
}
