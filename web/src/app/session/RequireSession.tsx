import { useQuery } from '@tanstack/react-query';
import { Navigate, useLocation } from 'react-router';
import { Problem } from '@/api/problem';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { paths } from '../paths';
import { keys } from '../query';
import { Shell } from '../shell/Shell';
import { readMe } from './session';

/** Pages behind the sign-in: they are shown once the person is known. */
export function RequireSession() {
  const { pathname, search } = useLocation();
  const me = useQuery({ queryKey: keys.me, queryFn: readMe, staleTime: 300_000 });
  if (me.data !== undefined) {
    return <Shell />;
  }
  if (me.error instanceof Problem && me.error.status === 401) {
    return <Navigate to={paths.signIn(pathname + search)} replace />;
  }
  if (me.error !== null) {
    return <div style={{ padding: 24 }}><ProblemNote error={me.error} onRetry={() => void me.refetch()} /></div>;
  }
  return <div style={{ padding: 24 }}><Loading /></div>;
}
