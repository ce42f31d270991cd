import type { ReactNode } from 'react';
import { LanguageSwitch } from '@/app/shell/LanguageSwitch';
import { StatusBars } from '@/app/status/StatusBars';
import { Page } from '@/ui/Page';
import '@/app/shell/shell.css';

/** The frame of the pages that nobody needs to be signed in for. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="gate">
      <div>
        <header className="top">
          <span className="org strong">Sluice</span>
          <LanguageSwitch />
        </header>
        <StatusBars />
      </div>
      <main>
        <div className="card">
          <Page title={title}>{children}</Page>
        </div>
      </main>
    </div>
  );
}
