import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { ProblemNote } from './ProblemNote';
import { useForm } from './use-form';

interface Props {
  title: string;
  ok: string;
  effect: string;
  remove: () => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks before something is removed for good. What is gone already, as after a lost answer, is removed as well. */
export function SureDialog({ title, ok, effect, remove, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const { busy, problem, send } = useForm();
  const go = () =>
    void send(async () => {
      try {
        await remove();
      } catch (cause) {
        if (!(cause instanceof Problem && cause.status === 404)) throw cause;
      }
      onDone();
    });
  return (
    <Modal open title={title} okText={ok} okButtonProps={{ danger: true }} cancelText={t('ui.cancel')} confirmLoading={busy} onOk={go} onCancel={onClose}>
      <p>{effect}</p>
      {problem !== null && <ProblemNote error={problem} />}
    </Modal>
  );
}
