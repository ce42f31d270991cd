import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { paths } from '../paths';
import { preference } from '../preferences';
import { useCan } from '../session/session';

const GO: Record<string, () => string> = {
  h: paths.home,
  b: paths.batches,
  a: paths.accounts,
  p: paths.approvals,
  n: paths.newBatch,
};

const TYPING = 'input, textarea, select, [contenteditable], [role="dialog"]';

/** Single letters work outside fields and dialogs only, and can be turned off. */
export function useShortcuts(onHelp: () => void): void {
  const go = useNavigate();
  const can = useCan();
  const pending = useRef(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || !preference('shortcuts')) return;
      if (target.closest(TYPING) !== null || document.querySelector('.ant-modal-wrap:not([style*="none"])') !== null) return;
      const path = pending.current ? GO[event.key] : undefined;
      pending.current = event.key === 'g';
      if (path !== undefined) void go(path());
      else if (event.key === 'n' && can('createBatchTransfer')) void go(paths.newBatch());
      else if (event.key === '?') onHelp();
      else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLElement>('main input[type="search"]')?.focus();
      }
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [go, can, onHelp]);
}
