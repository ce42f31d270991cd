import { Button, Input } from 'antd';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Loading for the first time: the shape of what comes, never a spinner over the page. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="stack" role="status" aria-label={t('ui.loading')}>
      {Array.from({ length: lines }, (_, line) => <div key={line} className="skeleton" />)}
    </div>
  );
}

export function Empty({ text, action }: { text: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <span>{text}</span>
      {action}
    </div>
  );
}

/** An empty list because of its filter. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return <Empty text={t('ui.noMatch')} action={<Button onClick={onClear}>{t('ui.clearFilters')}</Button>} />;
}

export interface Chip<K extends string> {
  key: K;
  label: string;
  count?: number | undefined;
}

/** A choice of one, in a box that scrolls sideways where it does not fit. */
export function Chips<K extends string>({ label, chips, value, onChange }: {
  label: string;
  chips: Chip<K>[];
  value: K;
  onChange: (key: K) => void;
}) {
  const { i18n } = useTranslation();
  return (
    <div className="chips" role="group" aria-label={label}>
      {chips.map(({ key, label: text, count }) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text}
          {count !== undefined && <span className="num"> {count.toLocaleString(i18n.language)}</span>}
        </button>
      ))}
    </div>
  );
}

export function Field({ label, why, hint, children }: {
  label: string;
  why?: string | undefined;
  hint?: ReactNode;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <span className="soft small">{hint}</span>}
      {why !== undefined && <span className="why" role="alert">{why}</span>}
    </div>
  );
}

/** A one-time code: one field, so that pasting and autofill work. `onFull` is called once, at six digits. */
export function CodeInput({ id, value, onChange, onFull, autoFocus, recovery = false, label }: {
  id?: string;
  value: string;
  onChange: (code: string) => void;
  onFull?: (code: string) => void;
  autoFocus?: boolean;
  recovery?: boolean;
  label?: string;
}) {
  return (
    <Input
      {...(id !== undefined && { id })}
      aria-label={label}
      value={value}
      autoFocus={autoFocus}
      inputMode={recovery ? 'text' : 'numeric'}
      autoComplete="one-time-code"
      maxLength={recovery ? 40 : 6}
      className="num"
      style={{ letterSpacing: recovery ? undefined : '0.3em', maxWidth: recovery ? undefined : '12em' }}
      onChange={(event) => {
        const typed = event.target.value.normalize('NFKC');
        const code = recovery ? typed : typed.replace(/\D/g, '');
        onChange(code);
        if (!recovery && code.length === 6 && value.length < 6) onFull?.(code);
      }}
    />
  );
}
