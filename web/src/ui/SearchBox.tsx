import { Input } from 'antd';
import { useEffect, useRef, useState } from 'react';

/** Reports what is typed after a short rest; Esc clears it. */
export function SearchBox({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by other means, such as Clear filters or the Back button.
  if (value !== shown) {
    setShown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const report = (text: string, wait: number) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setShown(text.trim());
      onChange(text.trim());
    }, wait);
  };
  return (
    <Input type="search" aria-label={label} placeholder={label} value={typed} style={{ maxWidth: 340 }}
      onChange={(event) => report(event.target.value, 200)}
      onKeyDown={(event) => event.key === 'Escape' && report('', 0)} />
  );
}
