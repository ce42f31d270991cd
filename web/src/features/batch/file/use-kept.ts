import { useState } from 'react';

/** State that a reload of this tab does not lose. Signing out does. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const [state, setState] = useState<{ name: string; value: T }>(() => ({ name, value: read(name, initial) }));
  // Another file has decisions of its own.
  if (state.name !== name) setState({ name, value: read(name, initial) });
  const keep = (value: T) => {
    sessionStorage.setItem(name, JSON.stringify(value));
    setState({ name, value });
  };
  return [state.name === name ? state.value : read(name, initial), keep];
}

function read<T>(name: string, initial: T): T {
  const text = sessionStorage.getItem(name);
  return text === null ? initial : (JSON.parse(text) as T);
}
