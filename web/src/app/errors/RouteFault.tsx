import { useRouteError } from 'react-router';
import { Boundary } from './Boundary';

/** The router catches faults of its pages itself; they are shown as any other part's. */
export function RouteFault() {
  const fault = useRouteError();
  return (
    <Boundary>
      <Throw fault={fault instanceof Error ? fault : new Error(String(fault))} />
    </Boundary>
  );
}

function Throw({ fault }: { fault: Error }): never {
  throw fault;
}
