import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** The filter of a view, in its address: every view can be shared as a link. Empty values are left out. */
export function useSearch<K extends string>(names: readonly K[]) {
  const [params, setParams] = useSearchParams();
  const search = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<K, string>;
  const set = useCallback(
    (change: Partial<Record<K, string>>, replace = false) => {
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const [name, value] of Object.entries(change) as [K, string | undefined][]) {
            if (value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace },
      );
    },
    [setParams],
  );
  const clear = useCallback(() => setParams({}), [setParams]);
  const filtered = Object.values(search).some((value) => value !== '');
  return { search, set, clear, filtered };
}
