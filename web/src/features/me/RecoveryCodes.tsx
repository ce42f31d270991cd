import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Shown once. Done is possible when the person says that they are kept. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const [saved, setSaved] = useState(false);
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${codes.join('\n')}\n`], { type: 'text/plain' }));
    link.download = 'sluice-recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>{t('me.codes.text')}</p>
      <div className="codes" aria-label={t('me.codes.label')}>{codes.map((code) => <span key={code}>{code}</span>)}</div>
      <div className="row no-print">
        <Button onClick={download}>{t('me.codes.download')}</Button>
        <Button onClick={() => window.print()}>{t('me.codes.print')}</Button>
        <Button onClick={() => void navigator.clipboard.writeText(codes.join('\n'))}>{t('ui.copy')}</Button>
      </div>
      <Checkbox checked={saved} onChange={(event) => setSaved(event.target.checked)}>{t('me.codes.saved')}</Checkbox>
      <div><Button type="primary" disabled={!saved} onClick={onDone}>{t('me.codes.done')}</Button></div>
    </div>
  );
}
