import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'react-router';

interface Props {
  title: string;
  /** Beside the title: a state, a badge. */
  mark?: ReactNode;
  actions?: ReactNode;
  /** The window's title, if it says more than the page's. */
  windowTitle?: string;
  updating?: boolean;
  children: ReactNode;
}

/** A page has one heading. It takes the focus after a navigation, so that screen readers say where one is. */
export function Page({ title, mark, actions, windowTitle, updating = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${windowTitle ?? title} · Sluice`;
  }, [title, windowTitle]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="stack" aria-busy={updating}>
      <div>
        <div className="row apart">
          <div className="row">
            <h1 ref={heading} tabIndex={-1}>{title}</h1>
            {mark}
          </div>
          {actions !== undefined && <div className="row">{actions}</div>}
        </div>
        <div className={updating ? 'busy-line on' : 'busy-line'} />
      </div>
      {children}
    </div>
  );
}

export function Card({ title, extra, children }: { title?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      {title !== undefined && (
        <header className="row apart">
          <h2>{title}</h2>
          {extra}
        </header>
      )}
      <div className="body">{children}</div>
    </section>
  );
}
