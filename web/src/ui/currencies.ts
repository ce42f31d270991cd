import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';

export function useCurrencies() {
  const { data } = useQuery({
    queryKey: keys.currencies,
    queryFn: async () => (await answer(api.GET('/api/v2/currencies'))).data,
    staleTime: 300_000,
  });
  return data ?? [];
}

/** How many decimals a currency has; two until the list is here. */
export function useScale(): (currency: string) => number {
  const currencies = useCurrencies();
  return (currency) => currencies.find((entry) => entry.code === currency)?.scale ?? 2;
}
