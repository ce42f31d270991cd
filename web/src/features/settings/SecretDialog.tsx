import { Button, Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  title: string;
  /** Null if the server has shown it already: the answer to a repeated request has no secret. */
  secret: string | null;
  text: string;
  saved: string;
  onDone: () => void;
}

/** A secret, shown once. It is closed by saying that it is kept, not by a key or a click beside it. */
export function SecretDialog({ title, secret, text, saved, onDone }: Props) {
  const { t } = useTranslation();
  const [isSaved, setSaved] = useState(false);
  return (
    <Modal open title={title} closable={false} maskClosable={false} keyboard={false}
      footer={[<Button key="done" type="primary" disabled={secret !== null && !isSaved} onClick={onDone}>{t('ui.close')}</Button>]}
    >
      {secret === null ? (
        <div className="note warn"><p>{t('settings.secret.gone')}</p></div>
      ) : (
        <div className="stack">
          <p style={{ margin: 0 }}>{text}</p>
          <code className="secret">{secret}</code>
          <div><Button onClick={() => void navigator.clipboard.writeText(secret)}>{t('ui.copy')}</Button></div>
          <Checkbox checked={isSaved} onChange={(event) => setSaved(event.target.checked)}>{saved}</Checkbox>
        </div>
      )}
    </Modal>
  );
}
