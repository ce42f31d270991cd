import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { uploadFile } from '@/api/upload';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { fileOf } from './voucher';

const MOST = 20;

/** The vouchers of a batch. The server keeps the former ones in the audit log. */
export function Vouchers({ id }: { id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const input = useRef<HTMLInputElement>(null);
  const { busy, problem, send } = useForm();
  const read = async () => (await answer(api.GET('/api/batch-transfers/{id}/vouchers', { params: { path: { id } } }))).data.voucherUrl;
  const key = keys.batch.vouchers(id);
  const found = useQuery({ queryKey: key, queryFn: read });
  // The list is replaced as a whole, so it is read again first: another window may have added to it.
  const change = (work: (now: string[]) => Promise<string[]>) =>
    void send(async () => {
      const voucherUrl = await work(await read());
      const { data } = await answer(api.PUT('/api/batch-transfers/{id}/vouchers', { params: { path: { id } }, body: { voucherUrl } }));
      queries.setQueryData(key, data.voucherUrl);
    });
  const add = (file: File) =>
    change(async (now) => [...now, (await uploadFile(file, { signal: new AbortController().signal, onProgress: () => undefined })).file_id]);
  const list = found.data ?? [];
  return (
    <Card title={t('batch.voucher.title')} extra={can('setVouchers') && can('uploadFile') && (
      <>
        <input ref={input} type="file" hidden accept=".png,.jpg,.jpeg,.webp,.pdf" aria-label={t('batch.voucher.add')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file !== undefined) add(file);
          }} />
        <Button size="small" loading={busy} disabled={found.data === undefined || list.length >= MOST} onClick={() => input.current?.click()}>{t('batch.voucher.add')}…</Button>
      </>
    )}>
      <div className="stack">
        {problem !== null && <ProblemNote error={problem} />}
        {found.error !== null && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
        {found.isPending && <Loading lines={2} />}
        {found.data !== undefined && list.length === 0 && <Empty text={t('batch.voucher.none')} />}
        {list.map((location) => (
          <div key={location} className="row apart">
            <Voucher location={location} />
            {can('setVouchers') && <Button size="small" disabled={busy} aria-label={t('batch.voucher.removeOf', { name: location })} onClick={() => change((now) => Promise.resolve(now.filter((other) => other !== location)))}>{t('batch.voucher.remove')}</Button>}
          </div>
        ))}
      </div>
    </Card>
  );
}

/** An image is shown in place, a PDF opens beside; an address elsewhere is text, because nothing vouches for it. */
function Voucher({ location }: { location: string }) {
  const id = fileOf(location);
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: keys.file(id ?? '', {}),
    queryFn: async () => (await answer(api.GET('/api/v1/files/{id}', { params: { path: { id: id ?? '' } } }))).data,
    enabled: id !== null,
    retry: false,
  });
  if (id === null) return <bdi className="clip">{location}</bdi>;
  const content = `/api/v1/files/${encodeURIComponent(id)}/content`;
  const name = found.data?.name ?? id;
  const image = ['png', 'jpeg', 'webp'].includes(found.data?.kind ?? '');
  return (
    <span className="row">
      {image && <img src={`${content}?inline=1`} alt={name} loading="lazy" style={{ maxWidth: 180, maxHeight: 120 }} />}
      <a href={`${content}?inline=1`} target="_blank" rel="noopener noreferrer"><bdi>{name}</bdi></a>
      <a href={content} download aria-label={`${t('batch.task.download')}: ${name}`}>{t('batch.task.download')}</a>
    </span>
  );
}
