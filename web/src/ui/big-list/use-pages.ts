import { keepPreviousData, useInfiniteQuery, useQueries, useQuery, type QueryKey } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { Rows } from './BigList';

export const PAGE_ROWS = 200;

export interface Page<T> {
  data: T[];
  total: number;
}

interface Pages<T> {
  queryKey: QueryKey;
  /** `page` counts from 1. */
  fetchPage: (page: number, signal: AbortSignal) => Promise<Page<T>>;
  /** How often the pages on screen are read again, in milliseconds; only pages for which `settled` is false. */
  refetchEvery?: number | undefined;
  settled?: (rows: T[]) => boolean;
}

/** A list on the server, of which only the pages on screen are read; the cache keeps the others for a while. */
export function usePages<T>({ queryKey, fetchPage, refetchEvery, settled }: Pages<T>) {
  const [pages, setPages] = useState<readonly number[]>([1]);
  const head = useQuery({
    queryKey: [...queryKey, 1],
    queryFn: ({ signal }) => fetchPage(1, signal),
    placeholderData: keepPreviousData,
  });
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, page],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchPage(page, signal),
      refetchInterval: (query: { state: { data?: Page<T> | undefined } }) => {
        const rows = query.state.data?.data;
        return refetchEvery === undefined || (rows !== undefined && settled?.(rows)) ? false : refetchEvery;
      },
    })),
  });
  const total = head.data?.total ?? 0;
  const show = useCallback((first: number, last: number) => {
    const from = Math.floor(first / PAGE_ROWS) + 1;
    const to = Math.floor(last / PAGE_ROWS) + 1;
    const next = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    setPages((now) => (now.join() === next.join() ? now : next));
  }, []);
  const loaded = new Map(pages.map((page, index) => [page, results[index]?.data?.data]));
  const rows: Rows<T> = {
    count: total,
    show,
    row: (index) => {
      const page = Math.floor(index / PAGE_ROWS) + 1;
      const found = loaded.get(page) ?? (page === 1 ? head.data?.data : undefined);
      return found?.[index % PAGE_ROWS];
    },
  };
  return { rows, total, first: head, updating: head.isFetching && !head.isPending };
}

interface Appended<T> {
  queryKey: QueryKey;
  fetchNext: (cursor: string | undefined, signal: AbortSignal) => Promise<{ data: T[]; next: string | null }>;
}

/** A list that can only be read on from a cursor: more rows are appended when the end comes into view. */
export function useAppended<T>({ queryKey, fetchNext }: Appended<T>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchNext(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const all = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const count = all.length;
  const show = useCallback(
    (_first: number, last: number) => {
      if (hasNextPage && !isFetchingNextPage && last >= count - 20) void fetchNextPage();
    },
    [hasNextPage, isFetchingNextPage, count, fetchNextPage],
  );
  const rows: Rows<T> = { count, show, row: (index) => all[index] };
  return { rows, query, all };
}
