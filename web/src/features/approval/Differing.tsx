import { differingPart } from './differing';

/** An account number; if it replaces another one, both, with the differing characters marked. */
export function Differing({ before, after }: { before: string | null; after: string }) {
  if (before === null || before === after) return <>{after}</>;
  const { head, before: was, after: now, tail } = differingPart(before, after);
  return (
    <>
      <del>{head}<span className="differs">{was}</span>{tail}</del>{' → '}
      {head}<ins className="differs" style={{ textDecoration: 'none' }}>{now}</ins>{tail}
    </>
  );
}
