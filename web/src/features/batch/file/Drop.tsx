import { Button } from 'antd';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { uploadFile, type LookedFile } from '@/api/upload';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { sizeOf } from './columns';

interface Sending {
  name: string;
  size: number;
  sent: number;
}

/** Takes a file by dropping or choosing and sends it, with progress, until it is cancelled. */
export function Drop({ onDone }: { onDone: (file: LookedFile) => void }) {
  const { t } = useTranslation();
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const send = async (file: File) => {
    const control = new AbortController();
    abort.current = control;
    setProblem(null);
    setSending({ name: file.name, size: file.size, sent: 0 });
    try {
      const looked = await uploadFile(file, { signal: control.signal, onProgress: (sent) => setSending({ name: file.name, size: file.size, sent }) });
      onDone(looked);
    } catch (cause) {
      if (!control.signal.aborted) setProblem(cause);
    } finally {
      if (abort.current === control) setSending(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined && sending === null) void send(file);
  };
  return (
    <Card title={t('file.choose')}>
      <div className="stack">
        {problem !== null && <ProblemNote error={problem} />}
        <div className={isOver ? 'drop over' : 'drop'} onDrop={drop} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}>
          {sending === null ? (
            <>
              <span>{t('file.drop')}</span>
              <Button type="primary" onClick={() => input.current?.click()}>{t('file.browse')}</Button>
            </>
          ) : (
            <Sent sending={sending} onCancel={() => abort.current?.abort()} />
          )}
          <input ref={input} type="file" className="sr" tabIndex={-1} aria-label={t('file.choose')} accept=".csv,.tsv,.txt,.jsonl,.xlsx"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file !== undefined) void send(file);
            }} />
        </div>
        <p className="soft" style={{ margin: 0 }}>{t('file.kinds')}</p>
      </div>
    </Card>
  );
}

function Sent({ sending: { name, size, sent }, onCancel }: { sending: Sending; onCancel: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <span><bdi className="strong">{name}</bdi> <span className="soft num">{t('file.sent', { sent: sizeOf(sent, i18n.language), size: sizeOf(size, i18n.language) })}</span></span>
      <progress className="wide" aria-label={t('file.sending', { name })} max={size} value={sent} />
      <Button onClick={onCancel}>{t('ui.cancel')}</Button>
    </>
  );
}
