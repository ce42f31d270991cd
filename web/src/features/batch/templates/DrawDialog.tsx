import { Checkbox, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { once } from '@/api/once';
import { paths } from '@/app/paths';
import { queries } from '@/app/query';
import { Field } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import '../refused.css';
import type { Template } from './TemplatesPage';

const AMOUNTS = ['saved', 'last', 'empty'] as const;
type Drawn = Schemas['DrawnUpView'];

/** Makes a draft from a template. Payees who were left out are named before the draft is opened. */
export function DrawDialog({ id, template, onClose }: { id: string; template: Template; onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [name, setName] = useState('');
  const [amounts, setAmounts] = useState<(typeof AMOUNTS)[number]>('saved');
  const [partial, setPartial] = useState(false);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const { busy, problem, send } = useForm();
  const open = (made: Drawn) => void go(paths.draft(made.batch.batchNumber, 'who'));
  const draw = () =>
    void send(async () => {
      const body = { amounts, partial, ...(name.trim() !== '' && { name: name.trim() }) };
      const made = await once(`template:${id}:draw`, body, async (key) =>
        (await answer(api.POST('/api/batch-transfer-templates/{id}/batches', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body }))).data);
      void queries.invalidateQueries({ queryKey: ['batches'] });
      if (made.leftOutCount === 0) open(made);
      else setDrawn(made);
    });
  if (drawn !== null) return <LeftOut drawn={drawn} onOpen={() => open(drawn)} onClose={onClose} />;
  return (
    <Modal open title={t('templates.drawTitle', { name: template.name })} okText={t('templates.draw')} cancelText={t('ui.cancel')} confirmLoading={busy} onOk={draw} onCancel={onClose}>
      <div className="stack">
        <Field label={t('draft.name')}>{(field) => <Input id={field} value={name} maxLength={255} placeholder={template.name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Radio.Group aria-label={t('templates.amounts.label')} value={amounts} onChange={(event) => setAmounts(event.target.value as typeof amounts)}
          options={AMOUNTS.map((value) => ({ value, label: t(`templates.amounts.${value}`) }))} />
        <Checkbox checked={partial} onChange={(event) => setPartial(event.target.checked)}>{t('templates.partial')}</Checkbox>
        {problem !== null && <ProblemNote error={problem} />}
      </div>
    </Modal>
  );
}

function LeftOut({ drawn, onOpen, onClose }: { drawn: Drawn; onOpen: () => void; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const shown = drawn.leftOutCount.toLocaleString(i18n.language);
  return (
    <Modal open title={t('templates.leftOut', { count: drawn.leftOutCount, shown })} okText={t('templates.open')} cancelText={t('ui.close')} onOk={onOpen} onCancel={onClose}>
      <ul className="refused" tabIndex={0} aria-label={t('templates.leftOut', { count: drawn.leftOutCount, shown })}>
        {drawn.leftOut.map((row, index) => <li key={index}><bdi>{row.payee}</bdi><span className="soft">{row.code}</span></li>)}
      </ul>
    </Modal>
  );
}
