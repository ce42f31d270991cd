import { useQuery } from '@tanstack/react-query';
import { App, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys, queries } from '@/app/query';
import { Card } from '@/ui/Page';
import { Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { Section } from '../Section';

export function MailPage() {
  const mail = useQuery({ queryKey: keys.mailAddress, queryFn: async () => (await answer(api.GET('/api/v1/notices/address'))).data });
  return (
    <Section section="notices">
      {mail.error !== null && <ProblemNote error={mail.error} onRetry={() => void mail.refetch()} />}
      {mail.isPending && <Loading />}
      {mail.data !== undefined && <Form now={mail.data} />}
    </Section>
  );
}

/** The person's own address; an empty one means no e-mail. */
function Form({ now }: { now: Schemas['MailAddressView'] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [email, setEmail] = useState(now.email ?? '');
  const [language, setLanguage] = useState(now.language ?? 'en');
  const { busy, problem, send } = useForm();
  const save = () =>
    void send(async () => {
      const { data } = await answer(api.PUT('/api/v1/notices/address', { body: { email: email.trim() === '' ? null : email.trim(), language } }));
      queries.setQueryData(keys.mailAddress, data);
      void message.success(t('organisation.mailSaved'));
    });
  return (
    <Card title={t('settings.section.notices')}>
      <form className="form short-form" onSubmit={(event) => { event.preventDefault(); save(); }}>
        <Field label={t('organisation.mail')} hint={t('organisation.mailHint')}>{(id) => <Input id={id} type="email" autoComplete="email" value={email} onChange={(event) => setEmail(event.target.value)} />}</Field>
        <Field label={t('organisation.language')}>{(id) => <Select id={id} value={language} onChange={setLanguage} options={[{ value: 'en' as const, label: 'English' }, { value: 'zh' as const, label: '中文' }]} />}</Field>
        {problem !== null && <ProblemNote error={problem} />}
        <div><Button type="primary" htmlType="submit" loading={busy}>{t('organisation.saveMail')}</Button></div>
      </form>
    </Card>
  );
}
