import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { Task } from '@/app/live/live';
import { keys, queries } from '@/app/query';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

/** Takes an ended task off the list. One that is gone already, as after a lost answer, is off it as well. */
export function RemoveTask({ task, type, onClose }: { task: Task; type: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { busy, problem, send } = useForm();
  const remove = () =>
    void send(async () => {
      try {
        await answer(api.DELETE('/api/v1/batch-tasks/{id}', { params: { path: { id: task.id } } }));
      } catch (cause) {
        if (!(cause instanceof Problem && cause.status === 404)) throw cause;
      }
      queries.removeQueries({ queryKey: keys.task(task.id) });
      onClose();
      await queries.invalidateQueries({ queryKey: ['tasks'] });
    });
  return (
    <Modal open title={t('tasks.sure', { type })} okText={t('tasks.remove')} cancelText={t('ui.cancel')} confirmLoading={busy} onOk={remove} onCancel={onClose}>
      <p>{t('tasks.effect')}</p>
      {problem !== null && <ProblemNote error={problem} />}
    </Modal>
  );
}
