import type { ReactNode } from 'react';
import { MoneyDialog } from './MoneyDialog';

/** The person's one-time code as bodies take it: nothing unless the server asked for one. */
export interface Code {
  '2fa_code'?: string | null;
}

interface Props<T> {
  /** What is done to what, such as `revoke:key_3`: it owns the key. */
  subject: string;
  /** What is sent, without the code: another content is another request. */
  content?: unknown;
  title: string;
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  tick?: string | undefined;
  blocked?: string | undefined;
  send: (key: string, code: Code) => Promise<T>;
  onDone: (result: T) => void;
  onClose: () => void;
}

/** The dialog of everything that changes rules, rights or secrets: it says what happens, and asks for a code if the server does. */
export function ChangeDialog<T>({ content, send, ...props }: Props<T>) {
  return (
    <MoneyDialog<T>
      {...props}
      about="setting"
      content={JSON.stringify(content ?? null)}
      send={(key, consent) => send(key, consent['2fa_code'] == null ? {} : { '2fa_code': consent['2fa_code'] })}
    />
  );
}
