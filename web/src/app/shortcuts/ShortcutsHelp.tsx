import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';

const ROWS = ['search', 'go', 'new', 'rows', 'open', 'help'] as const;

export function ShortcutsHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} title={t('app.shortcuts.title')} footer={null} onCancel={onClose}>
      <dl className="facts left">
        {ROWS.map((row) => (
          <div key={row} style={{ display: 'contents' }}>
            <dt><kbd>{t(`app.shortcuts.${row}.keys`)}</kbd></dt>
            <dd>{t(`app.shortcuts.${row}.text`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
