import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNarrow } from '../use-narrow';
import './big-list.css';

export interface Column<T> {
  key: string;
  title: string;
  /** A grid track: `minmax(0, 2fr)`, `110px`. */
  width: string;
  right?: boolean;
  /** `active` is true in the row that the keyboard is in: only there controls can be tabbed to. */
  cell: (row: T, active: boolean) => ReactNode;
}

/** Rows that are fetched as they come into view. */
export interface Rows<T> {
  count: number;
  row: (index: number) => T | undefined;
  show: (first: number, last: number) => void;
}

interface Props<T> {
  label: string;
  rows: Rows<T>;
  columns: Column<T>[];
  card: (row: T, active: boolean) => ReactNode;
  cardHeight?: number;
  selected?: (row: T) => boolean;
  onOpen?: (row: T) => void;
  onToggle?: (row: T, index: number, range: boolean) => void;
  /** The largest height of the list, as a length. */
  height?: string;
  empty?: ReactNode;
}

const ROW = 36;
const HEADER = 37;

/** One list for everything long: a hundred thousand rows cost what forty do. */
export function BigList<T>(props: Props<T>) {
  const { rows, columns, card, cardHeight = 72, label, height = 'max(320px, 100vh - 290px)' } = props;
  const narrow = useNarrow();
  const size = narrow ? cardHeight : ROW;
  const header = narrow ? 0 : HEADER;
  const scroll = useRef<HTMLDivElement>(null);
  const id = useId();
  const { t, i18n } = useTranslation();
  const [active, setActive] = useState(0);
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroll.current,
    estimateSize: () => size,
    overscan: 10,
    // The header scrolls with the rows and sticks to the top: rows begin below it, and are never brought under it.
    scrollMargin: header,
    scrollPaddingStart: header,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, size]);
  const items = virtualizer.getVirtualItems();
  useVisible(rows, items);
  const template = columns.map((column) => column.width).join(' ');

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== scroll.current) return;
    const next = moved(event.key, active, rows.count);
    const row = rows.row(active);
    if (next !== null) {
      event.preventDefault();
      setActive(next);
      virtualizer.scrollToIndex(next);
    } else if (event.key === 'Enter' && row !== undefined) {
      props.onOpen?.(row);
    } else if ((event.key === ' ' || event.key === 'x') && row !== undefined && props.onToggle) {
      event.preventDefault();
      props.onToggle(row, active, event.shiftKey);
    }
  };

  if (rows.count === 0 && props.empty !== undefined) {
    return <div className="big-list">{props.empty}</div>;
  }
  const first = virtualizer.range?.startIndex ?? 0;
  const last = virtualizer.range?.endIndex ?? 0;
  const format = (value: number) => value.toLocaleString(i18n.language);
  return (
    <div className="big-list">
      <div
        role="grid"
        ref={scroll}
        className="scroll"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.count + 1}
        aria-multiselectable={props.onToggle !== undefined}
        aria-activedescendant={items.some((item) => item.index === active) ? `${id}-${active}` : undefined}
        onKeyDown={onKey}
        style={{ height: `min(${rows.count * size + header + 2}px, ${height})` }}
      >
        <div role="rowgroup" className={narrow ? 'sr' : 'head'}>
          <div role="row" aria-rowindex={1} className="cells" style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <div role="columnheader" key={column.key} className={column.right ? 'cell right' : 'cell'}>
                {column.title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="space" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => (
            <Line key={item.key} id={`${id}-${item.index}`} top={item.start - header} item={item} active={item.index === active} template={template}
              narrow={narrow} columns={columns} card={card} row={rows.row(item.index)} selected={props.selected}
              onPress={(row, range) => {
                setActive(item.index);
                if (props.onToggle) props.onToggle(row, item.index, range);
                else props.onOpen?.(row);
              }}
            />
          ))}
        </div>
      </div>
      <div className="foot-line num">
        {t('ui.list.range', { first: format(Math.min(first + 1, rows.count)), last: format(Math.min(last + 1, rows.count)), count: rows.count, shown: format(rows.count) })}
      </div>
    </div>
  );
}

interface LineProps<T> {
  id: string;
  top: number;
  item: VirtualItem;
  row: T | undefined;
  active: boolean;
  narrow: boolean;
  template: string;
  columns: Column<T>[];
  card: (row: T, active: boolean) => ReactNode;
  selected: ((row: T) => boolean) | undefined;
  onPress: (row: T, range: boolean) => void;
}

function Line<T>({ id, top, item, row, active, narrow, template, columns, card, selected, onPress }: LineProps<T>) {
  const place = { height: item.size, transform: `translateY(${top}px)` };
  const shared = { id, role: 'row', 'aria-rowindex': item.index + 2, style: place, className: active ? 'line active' : 'line' } as const;
  if (row === undefined) {
    return (
      <div {...shared} aria-busy="true">
        <div className="cells" role="gridcell" style={{ gridTemplateColumns: '1fr' }}>
          <div className="skeleton" />
        </div>
      </div>
    );
  }
  const press = (event: { target: EventTarget; shiftKey: boolean }) => {
    // Buttons, links and fields in the row act for themselves.
    if (!(event.target as HTMLElement).closest('button, a, input, label')) {
      onPress(row, event.shiftKey);
    }
  };
  return (
    <div {...shared} aria-selected={selected?.(row)} onClick={press}>
      {narrow ? (
        <div role="gridcell" className="card-line">{card(row, active)}</div>
      ) : (
        <div className="cells" role="presentation" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <div role="gridcell" key={column.key} className={column.right ? 'cell right' : 'cell'}>
              {column.cell(row, active)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Asks for what is on screen once scrolling has rested. */
function useVisible<T>(rows: Rows<T>, items: VirtualItem[]): void {
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { show } = rows;
  useEffect(() => {
    const timer = setTimeout(() => show(first, last), 80);
    return () => clearTimeout(timer);
  }, [show, first, last]);
}

function moved(key: string, active: number, count: number): number | null {
  const to: Record<string, number> = {
    ArrowDown: active + 1, j: active + 1, ArrowUp: active - 1, k: active - 1,
    PageDown: active + 15, PageUp: active - 15, Home: 0, End: count - 1,
  };
  const next = to[key];
  return next === undefined ? null : Math.max(0, Math.min(count - 1, next));
}
