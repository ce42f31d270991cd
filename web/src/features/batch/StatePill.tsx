import { useTranslation } from 'react-i18next';
import { Pill } from '@/ui/Pill';
import { BATCH_STATES, batchWord, ITEM_STATES, type BatchState, type ItemState } from './words';

export function StatePill({ state, needed = 1 }: { state: BatchState; needed?: number }) {
  const { t } = useTranslation();
  return <Pill {...BATCH_STATES[state]}>{t(batchWord(state, needed))}</Pill>;
}

export function ItemPill({ state }: { state: ItemState }) {
  const { t } = useTranslation();
  return <Pill {...ITEM_STATES[state]}>{t(`batch.item.${state}`)}</Pill>;
}
