import './bar.css';

interface Props {
  label: string;
  total: number;
  paid: number;
  failed: number;
  skipped?: number;
}

/** Paid and failed as one bar. The figures beside it say the same. */
export function Bar({ label, total, paid, failed, skipped = 0 }: Props) {
  const share = (count: number) => (total === 0 ? 0 : count / total);
  const decided = Math.floor(share(paid + failed + skipped) * 100);
  return (
    <div className="progress-bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={decided}>
      <i className="paid" style={{ transform: `scaleX(${share(paid)})` }} />
      <i className="failed" style={{ transform: `translateX(${share(paid) * 100}%) scaleX(${share(failed)})` }} />
      <i className="skipped" style={{ transform: `translateX(${share(paid + failed) * 100}%) scaleX(${share(skipped)})` }} />
    </div>
  );
}
