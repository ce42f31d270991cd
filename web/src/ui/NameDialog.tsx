import { Input, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from './parts';
import { ProblemNote } from './ProblemNote';
import { useForm } from './use-form';

export interface Named {
  name: string;
  description: string;
}

interface Props {
  title: string;
  ok: string;
  nameLabel: string;
  descriptionLabel: string;
  value: Named;
  children?: ReactNode;
  save: (value: Named) => Promise<void>;
  onClose: () => void;
}

/** Asks for a name and what it is for. It stays open, with what was typed, if that is refused. */
export function NameDialog({ title, ok, nameLabel, descriptionLabel, value, children, save, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(value.name);
  const [description, setDescription] = useState(value.description);
  const { busy, problem, send } = useForm();
  const go = () =>
    void send(async () => {
      await save({ name: name.trim(), description: description.trim() });
      onClose();
    });
  return (
    <Modal open title={title} okText={ok} cancelText={t('ui.cancel')} confirmLoading={busy} okButtonProps={{ disabled: name.trim() === '' }} onOk={go} onCancel={onClose}>
      <form className="stack" onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') go();
      }}>
        {children}
        <Field label={nameLabel}>{(id) => <Input id={id} autoFocus value={name} maxLength={255} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={descriptionLabel}>{(id) => <Input id={id} value={description} maxLength={500} onChange={(event) => setDescription(event.target.value)} />}</Field>
        <button type="submit" className="sr" tabIndex={-1} aria-hidden="true" />
        {problem !== null && <ProblemNote error={problem} />}
      </form>
    </Modal>
  );
}
