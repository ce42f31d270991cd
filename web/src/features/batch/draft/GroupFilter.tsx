import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { useRested } from '@/ui/AccountPicker';

/** Narrows the accounts to those of a group's members. */
export function GroupFilter({ value, onChange }: { value: string; onChange: (group: string) => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const [typed, setTyped] = useState('');
  const text = useRested(typed, 200);
  const may = can('listHolderGroups');
  const { data } = useQuery({
    queryKey: keys.groups({ text, picker: 1 }),
    queryFn: async () => (await answer(api.GET('/api/v2/holder-groups', { params: { query: { pageSize: 50, ...(text !== '' && { text }) } } }))).data,
    enabled: may,
    placeholderData: keepPreviousData,
  });
  // One that came by a link and is not among the first.
  const chosen = useQuery({
    queryKey: keys.group(value),
    queryFn: async () => (await answer(api.GET('/api/v2/holder-groups/{id}', { params: { path: { id: value } } }))).data,
    enabled: may && value !== '',
  });
  if (!may || (value === '' && typed === '' && (data ?? []).length === 0)) return null;
  const listed = (data ?? []).map((group) => ({ value: String(group.id), label: group.name }));
  const here = chosen.data === undefined || listed.some((group) => group.value === value) ? [] : [{ value, label: chosen.data.name }];
  return (
    <Select aria-label={t('draft.group')} value={value} showSearch={{ filterOption: false, onSearch: setTyped }} style={{ minWidth: 160 }} onChange={onChange}
      options={[{ value: '', label: t('draft.everybody') }, ...here, ...listed]} />
  );
}
