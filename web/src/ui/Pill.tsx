import type { ReactNode } from 'react';

export type Tone = 'grey' | 'good' | 'warn' | 'err' | 'run';

/** A state: an icon, a word and a colour, never a colour alone. */
export function Pill({ tone, icon, children }: { tone: Tone; icon?: string | undefined; children: ReactNode }) {
  return (
    <span className={`pill ${tone}`}>
      {icon !== undefined && <span aria-hidden="true">{icon}</span>}
      {children}
    </span>
  );
}
