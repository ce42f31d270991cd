import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { App, Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { once } from '@/api/once';
import { keys } from '@/app/query';
import { useCanChange } from '@/app/session/session';
import { useRested } from '@/ui/AccountPicker';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { useAppended } from '@/ui/big-list/use-pages';
import { Empty, Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { useForm } from '@/ui/use-form';
import type { Group } from './GroupsPage';

type Holder = Schemas['HolderView'];

interface Props {
  id: string;
  group: Group;
  onChanged: () => Promise<void>;
}

/** Who is in a group. Each change is one request, which says who joined and who left. */
export function Members({ id, group, onChanged }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const editable = useCanChange()('changeHolderGroupMembers', group.createdBy);
  const [text, setText] = useState('');
  const { busy, problem, send } = useForm();
  const { rows, query } = useAppended<Holder>({
    queryKey: keys.groupMembers(id, { text }),
    fetchNext: async (cursor, signal) => {
      const filter = { group: id, pageSize: 100, ...(text !== '' && { text }), ...(cursor !== undefined && { cursor }) };
      const { data, pagination } = await answer(api.GET('/api/v2/holders', { params: { query: filter }, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  const post = (body: Schemas['MemberChangeInput']) =>
    once(`group:${id}:members`, body, (key) => answer(api.POST('/api/v2/holder-groups/{id}/members', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body })));
  const change = (body: Schemas['MemberChangeInput'], undo?: Schemas['MemberChangeInput']) =>
    void send(async () => {
      const { data } = await post(body);
      await onChanged();
      void message.info({
        duration: 8,
        content: (
          <span>
            {t(undo === undefined ? 'group.added' : 'group.removed', { count: undo === undefined ? data.added : data.removed })}{' '}
            {undo !== undefined && <button type="button" className="link" onClick={() => change(undo)}>{t('draft.undo')}</button>}
          </span>
        ),
      });
    });
  const remove = (holder: Holder, active: boolean) => (
    <button type="button" className="link" tabIndex={active ? 0 : -1} disabled={busy} aria-label={t('group.remove', { name: holder.name })} onClick={() => change({ remove: [holder.id] }, { add: [holder.id] })}>✕</button>
  );
  const columns: Column<Holder>[] = [
    { key: 'name', title: t('group.holder'), width: 'minmax(0, 1.4fr)', cell: (holder) => <bdi>{holder.name}</bdi> },
    { key: 'uid', title: 'UID', width: 'minmax(0, 0.8fr)', cell: (holder) => holder.uid },
    { key: 'email', title: t('group.email'), width: 'minmax(0, 1.6fr)', cell: (holder) => holder.email },
    ...(editable ? [{ key: 'remove', title: '', width: '44px', cell: remove }] : []),
  ];
  return (
    <section className="stack tight" aria-labelledby="group-members">
      <h2 id="group-members">{t('group.members', { count: group.members })}</h2>
      {editable && <Add busy={busy} onAdd={(add) => change({ add })} />}
      {problem !== null && <ProblemNote error={problem} onRetry={() => void onChanged()} />}
      <SearchBox label={t('group.searchMembers')} value={text} onChange={setText} />
      {query.isPending && <Loading lines={5} />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<Holder> label={t('group.membersColumn')} rows={rows} columns={columns} cardHeight={64}
          card={(holder, active) => <div className="row apart" style={{ flexWrap: 'nowrap' }}><span className="clip"><bdi>{holder.name}</bdi> <span className="soft">{holder.uid ?? holder.email}</span></span>{editable && remove(holder, active)}</div>}
          empty={<Empty text={t(text === '' ? 'group.noMembers' : 'ui.noMatch')} />} />
      )}
    </section>
  );
}

/** Finds holders by name, e-mail address or uid. */
function Add({ busy, onAdd }: { busy: boolean; onAdd: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<{ value: string; label: string }[]>([]);
  const text = useRested(typed, 200);
  const found = useQuery({
    queryKey: keys.holders({ text }),
    queryFn: async ({ signal }) => (await answer(api.GET('/api/v2/holders', { params: { query: { pageSize: 20, ...(text !== '' && { text }) } }, signal }))).data,
    placeholderData: keepPreviousData,
  });
  const label = (holder: Holder) => [holder.name, holder.uid ?? holder.email].filter((part) => part != null).join(' · ');
  return (
    <div className="row" style={{ alignItems: 'end' }}>
      <div style={{ flex: '1 1 260px', maxWidth: 520 }}>
        <Field label={t('group.find')}>
          {(id) => (
            <Select id={id} mode="multiple" labelInValue showSearch={{ filterOption: false, onSearch: setTyped }} value={chosen} loading={found.isFetching} notFoundContent={t('ui.noMatch')} style={{ width: '100%' }}
              onChange={(next: { value: string; label: string }[]) => setChosen(next)} options={(found.data ?? []).map((holder) => ({ value: holder.id, label: label(holder) }))} />
          )}
        </Field>
      </div>
      <Button loading={busy} disabled={chosen.length === 0} onClick={() => {
        onAdd(chosen.map(({ value }) => value));
        setChosen([]);
      }}>{t('group.addMembers')}</Button>
    </div>
  );
}
